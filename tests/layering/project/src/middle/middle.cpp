#include "middle/middle.h"

#include "bottom/bottom.h"

int middle() {
  return bottom();
}
