#include <sqlite3.h>

#include "bottom/bottom.h"
#include "middle/middle.h"

int good() {
  return bottom() + middle() + sqlite3_libversion_number();
}
