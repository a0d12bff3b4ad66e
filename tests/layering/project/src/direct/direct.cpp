#include "middle/middle.h"

int direct() {
  return middle();
}
