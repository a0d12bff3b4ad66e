#include "service/cli/parts/notices.h"

#include <fstream>
#include <sstream>

#include "platform/version/notices.h"

namespace confab::cli {

std::string notices(const std::string& web_root) {
  std::ostringstream out;
  for (const std::string_view piece : third_party_notices()) out << piece;
  if (std::ifstream of_web_app(web_root + "/notices.txt"); of_web_app) out << of_web_app.rdbuf();
  return std::move(out).str();
}

}  // namespace confab::cli
