#include "bottom/bottom.h"

int bottom() {
  return 1;
}
