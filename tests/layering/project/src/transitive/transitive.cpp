#include "bottom/bottom.h"
#include "middle/middle.h"

int transitive() {
  return bottom() + middle();
}
