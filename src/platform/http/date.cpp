#include "platform/http/date.h"

#include <array>
#include <chrono>
#include <string_view>

namespace confab::http {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void append_two_digits(std::string& out, std::int64_t value) {
  out.push_back(static_cast<char>('0' + value / 10));
  out.push_back(static_cast<char>('0' + value % 10));
}

}  // namespace

std::string http_date(std::int64_t unix_ms) {
  using namespace std::chrono;
  const sys_seconds time{floor<seconds>(milliseconds{unix_ms})};
  const sys_days day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  std::string out(kDays[weekday{day}.c_encoding()]);
  out.append(", ");
  append_two_digits(out, static_cast<unsigned>(date.day()));
  out.append(" ").append(kMonths[static_cast<unsigned>(date.month()) - 1]).append(" ");
  out.append(std::to_string(static_cast<int>(date.year()))).append(" ");
  append_two_digits(out, clock.hours().count());
  out.push_back(':');
  append_two_digits(out, clock.minutes().count());
  out.push_back(':');
  append_two_digits(out, clock.seconds().count());
  return out.append(" GMT");
}

}  // namespace confab::http
