// A capture in JSON lines, written line by line, and what is read of it.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "history/import/cryptofeed_lines.hpp"
#include "history/table/row_text.hpp"
#include "recording/temp_dir.hpp"

namespace acts::history::test {

inline std::string header(std::string_view exchange) {
  return fmt::format(R"({{"t":"header","format":2,"exchange":"{}"}})", exchange);
}
inline std::string connect(std::string_view name, std::string_view market = "linear") {
  return fmt::format(R"({{"t":"connect","conn":"{}","ts":1.5,"addr":"wss://stream.bybit.com/v5/public/{}"}})", name,
                     market);
}
inline std::string recv(std::string_view ts, std::string_view message, std::string_view connection = "c") {
  std::string quoted;
  for (const char c : message) quoted += c == '"' ? "\\\"" : std::string(1, c);
  return fmt::format(R"({{"t":"recv","conn":"{}","ts":{},"data":"{}"}})", connection, ts, quoted);
}
inline std::string book(std::string_view type, int id, std::string_view bids, std::string_view depth = "50",
                        std::string_view symbol = "X") {
  return fmt::format(R"({{"topic":"orderbook.{}.{}","type":"{}","ts":1700000000001,"cts":1700000000000,)"
                     R"("data":{{"s":"{}","b":[{}],"a":[],"u":{},"seq":9}}}})",
                     depth, symbol, type, symbol, bids, id);
}

class CaptureText : public ::testing::Test {
 protected:
  // All of a file.
  std::string write_lines(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return dir_.write("x.jsonl", text);
  }
  // Behind a header of Bybit and connection "c", to linear contracts.
  std::string write(std::vector<std::string> lines) {
    lines.insert(lines.begin(), {header("BYBIT"), connect("c")});
    return write_lines(lines);
  }
  std::vector<std::string> rows(const std::vector<std::string>& lines, const SourceHints& hints = {}) {
    return rows_in(write(lines), hints);
  }
  // Set by set, a bad line as "LINE: REASON"; or the error.
  std::vector<std::string> rows_in(const std::string& path, const SourceHints& hints = {}) {
    const auto source = open_cryptofeed_lines(path, hints);
    if (!source) return {source.error().message};
    left_out = (*source)->left_out();
    std::vector<std::string> texts;
    for (const DataSet& set : (*source)->sets()) {
      const auto reader = (*source)->reader(set, dir_.string());
      for (Row row;;) {
        const RowReader::Got got = (*reader)->next(row).value_or(RowReader::Got::kEnd);
        if (got == RowReader::Got::kEnd) break;
        texts.push_back(got == RowReader::Got::kRow
                            ? row_text(*set.kind, row)
                            : fmt::format("{}: {}", (*reader)->place(), (*reader)->bad().reason));
      }
    }
    return texts;
  }
  std::string left_out;
  acts::testing::TempDir dir_;
};

}  // namespace acts::history::test
