// How the stores that are written in SQL once for SQLite and PostgreSQL ask: a query in, and rows
// read into records out. Private to this module.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/store/access_store.h"

namespace confab::store {

struct SqlQuery {
  std::string_view name;
  const char* sql = nullptr;  // with $1, $2, …
  std::vector<std::string> parameters = {};
  int columns = 0;  // of each row that comes back
  // The code of the one that it is about: asked in the order of what is asked about it.
  std::string room = {};
};
// NULL reads as "", but no column of ours has it.
using SqlRow = std::vector<std::string>;
using SqlRows = std::vector<SqlRow>;
using SqlRun = std::function<void(SqlQuery query, Answer<SqlRows> answer)>;

inline std::int64_t number(const std::string& text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}
inline std::string text_of(std::integral auto value) {
  return std::to_string(value);
}
inline std::string text_of(bool value) {
  return value ? "1" : "0";
}

class SqlAsker {
 protected:
  explicit SqlAsker(SqlRun run) : run_(std::move(run)) {}
  ~SqlAsker() = default;

  void run(SqlQuery query, Answer<void> answer) const {
    run_(std::move(query), [answer = std::move(answer)](Result<SqlRows> rows) mutable {
      if (!rows) return answer(std::unexpected(std::move(rows).error()));
      answer({});
    });
  }
  void ask_if_any(SqlQuery query, Answer<bool> answer) const {
    run_(std::move(query), [answer = std::move(answer)](Result<SqlRows> rows) mutable {
      if (!rows) return answer(std::unexpected(std::move(rows).error()));
      answer(!rows->empty());
    });
  }
  // The first row, if there is one.
  template <typename Record, typename Read>
  void find(SqlQuery query, Read read, Answer<std::optional<Record>> answer) const {
    run_(std::move(query), [read, answer = std::move(answer)](Result<SqlRows> rows) mutable {
      if (!rows) return answer(std::unexpected(std::move(rows).error()));
      if (rows->empty()) return answer(std::optional<Record>{});
      answer(std::optional<Record>(read(std::move(rows->front()))));
    });
  }
  template <typename Record, typename Read>
  void list(SqlQuery query, Read read, Answer<std::vector<Record>> answer) const {
    run_(std::move(query), [read, answer = std::move(answer)](Result<SqlRows> rows) mutable {
      if (!rows) return answer(std::unexpected(std::move(rows).error()));
      std::vector<Record> out;
      out.reserve(rows->size());
      for (SqlRow& row : *rows) out.push_back(read(std::move(row)));
      answer(std::move(out));
    });
  }

  const SqlRun run_;
};

}  // namespace confab::store
