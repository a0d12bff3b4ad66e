#pragma once

#include "bottom/bottom.h"

inline int header() {
  return bottom();
}
