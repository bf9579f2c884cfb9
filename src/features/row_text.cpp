#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "acts/base/assert.hpp"
#include "acts/base/ratio.hpp"
#include "acts/features/row.hpp"

namespace acts {
namespace {

constexpr std::string_view kQuote = "\"";

// RFC 4180. An empty text is quoted, so that it is not read as unknown.
void append_csv_text(std::string& out, std::string_view text) {
  if (!text.empty() && text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += kQuote;
  for (const char c : text) {
    if (c == '"') out += kQuote;
    out += c;
  }
  out += kQuote;
}

struct CsvForm {
  std::string& out;
  void operator()(std::monostate) const {}
  void operator()(const std::string& text) const { append_csv_text(out, text); }
  void operator()(UnixNanos time) const { out += to_iso8601(time); }
  void operator()(const Decimal& number) const { append_to(out, number); }
  void operator()(double ratio) const { out += shortest_text(ratio); }
  void operator()(std::int64_t count) const { fmt::format_to(std::back_inserter(out), "{}", count); }
};

// Exact values are strings: a reader that makes doubles of numbers would round them.
struct JsonForm {
  std::string& out;
  void operator()(std::monostate) const { out += "null"; }
  void operator()(const std::string& text) const { append_json_text(out, text); }
  void operator()(UnixNanos time) const { out += kQuote, out += to_iso8601(time), out += kQuote; }
  void operator()(const Decimal& number) const { out += kQuote, append_to(out, number), out += kQuote; }
  void operator()(double ratio) const { out += shortest_text(ratio); }
  void operator()(std::int64_t count) const { fmt::format_to(std::back_inserter(out), "{}", count); }
};

void check(const RowSchema& schema, const MinuteRow& row) {
  ACTS_ASSERT(row.values.size() == schema.columns.size());
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    // Alternative 0 is "not known"; the others are in the order of ColumnType.
    const std::size_t held = row.values[i].index();
    ACTS_ASSERT(held == 0 || held == static_cast<std::size_t>(schema.columns[i].type) + 1);
  }
}

}  // namespace

// Texts are UTF-8 already: the decoders refuse what is not.
void append_json_text(std::string& out, std::string_view text) {
  out += kQuote;
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  out += kQuote;
}

MinuteRow by_schema(MinuteRow row, const RowSchema& from, const RowSchema& to) {
  check(from, row);
  if (from == to) return row;
  MinuteRow result;
  result.values.resize(to.columns.size());
  for (std::size_t i = 0; i < to.columns.size(); ++i) {
    const auto known = std::ranges::find(from.columns, to.columns[i].name, &Column::name);
    if (known == from.columns.end()) continue;
    result.values[i] = std::move(row.values[static_cast<std::size_t>(known - from.columns.begin())]);
  }
  return result;
}

void append_csv_header(std::string& out, const RowSchema& schema) {
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    if (i > 0) out += ',';
    append_csv_text(out, schema.columns[i].name);
  }
  out += '\n';
}

void append_csv(std::string& out, const RowSchema& schema, const MinuteRow& row) {
  check(schema, row);
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    if (i > 0) out += ',';
    std::visit(CsvForm{out}, row.values[i]);
  }
  out += '\n';
}

void append_json(std::string& out, const RowSchema& schema, const MinuteRow& row) {
  check(schema, row);
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    out += i == 0 ? '{' : ',';
    append_json_text(out, schema.columns[i].name);
    out += ':';
    std::visit(JsonForm{out}, row.values[i]);
  }
  out += "}\n";
}

}  // namespace acts
