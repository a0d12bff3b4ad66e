#include "../bottom/bottom.h"

int by_path() {
  return bottom();
}
