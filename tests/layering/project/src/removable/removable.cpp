#include "bottom/bottom.h"

int removable() {
  return bottom();
}
