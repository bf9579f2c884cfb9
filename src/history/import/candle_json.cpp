#include "history/import/candle_json.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <span>
#include <utility>

#include "history/import/foreign_file.hpp"
#include "history/import/json_array.hpp"
#include "history/import/row_parser.hpp"
#include "history/import/source_file.hpp"

namespace acts::history {
namespace {

// Of one candle: twelve numbers have some 150.
constexpr std::size_t kMostCandleBytes = 4096;
constexpr std::array<std::string_view, 11> kColumns{"open_time",
                                                    "open",
                                                    "high",
                                                    "low",
                                                    "close",
                                                    "volume",
                                                    "close_time",
                                                    "quote_volume",
                                                    "trades",
                                                    "taker_buy_volume",
                                                    "taker_buy_quote_volume"};
constexpr std::size_t kShort = 6;
constexpr std::size_t kLong = 12;  // the last means nothing

// What plain numbers and the commas between them are made of, by character.
constexpr std::array<bool, 256> kIsPlain = [] {
  std::array<bool, 256> is_plain{};
  for (const char c : std::string_view("0123456789.,-")) is_plain[static_cast<unsigned char>(c)] = true;
  return is_plain;
}();

Layout candle_layout(const Kind& kind, std::size_t count, const TimeFormat& times) {
  Layout layout{.times = times};
  for (std::size_t i = 0; i < count; ++i) {
    layout.columns.push_back(i < kColumns.size() ? column_index(kind, kColumns[i]) : Layout::kIgnored);
  }
  return layout;
}

class CandleJsonReader final : public RowReader {
 public:
  CandleJsonReader(std::unique_ptr<ByteSource> bytes, const Kind& kind, const TimeFormat& times)
      : candles_(std::move(bytes), "arrays"),
        short_(kind, candle_layout(kind, kShort, times)),
        long_(kind, candle_layout(kind, kLong, times)) {}

  Result<Got> next(Row& row) override {
    const Result<bool> there = next_candle();
    if (!there) return fail(there.error().code, fmt::format("candle {}: {}", place(), there.error().message));
    if (!*there) return Got::kEnd;
    const std::size_t count = commas_ + 1;
    if (count != kShort && count != kLong) {
      reason_ = fmt::format("it has {} values, not {} or {}", count, kShort, kLong);
      return Got::kBad;
    }
    const Result<void> parsed = (count == kShort ? short_ : long_).parse(candle_, row);
    if (parsed) return Got::kRow;
    reason_ = parsed.error().message;
    return Got::kBad;
  }
  [[nodiscard]] Bad bad() const override { return {reason_, candle_}; }
  [[nodiscard]] std::uint64_t place() const override { return candles_.elements(); }
  [[nodiscard]] std::optional<std::string_view> time_unit() const override {
    const auto unit = short_.time_unit();
    return unit ? unit : long_.time_unit();
  }

 private:
  // Its values with commas between them, into candle_. False: there is none.
  Result<bool> next_candle() {
    const auto first = candles_.begin_element();
    if (!first) return std::unexpected(first.error());
    if (!*first) return false;
    if (**first != '[') return candles_.wrong("something else is in it");
    return read_values();
  }

  // Where all of a candle is in the block and plain numbers, as it nearly always is: the same, at a glance.
  bool take_plain_values() {
    const std::span<const char> rest = candles_.ahead();
    std::size_t length = 0;
    commas_ = 0;
    for (; length < rest.size(); ++length) {
      const auto character = static_cast<unsigned char>(rest[length]);
      if (!kIsPlain[character]) break;
      commas_ += static_cast<std::size_t>(character == ',');
    }
    if (length == rest.size() || rest[length] != ']' || length > kMostCandleBytes) return false;
    candle_.assign(rest.data(), length);
    candles_.take(length + 1);
    return true;
  }

  // Up to the candle's end. Texts are taken as what stands in them.
  Result<bool> read_values() {
    if (take_plain_values()) return true;
    candle_.clear();
    commas_ = 0;
    bool is_in_text = false;
    bool is_over = false;  // the value: a comma must come
    for (;;) {
      const Result<char> c = candles_.next_char();
      if (!c) return std::unexpected(c.error());
      const bool is_first = candle_.empty() || candle_.back() == ',';
      if (is_in_text && *c == '"') {
        is_in_text = false;
        is_over = true;
      } else if (is_in_text) {
        if (!is_of_number(*c)) return candles_.wrong("a text is in a candle");
        candle_ += *c;
      } else if (*c == ']') {
        return true;
      } else if (*c == ',') {
        candle_ += *c;
        ++commas_;
        is_over = false;
      } else if (JsonArray::is_blank(*c)) {
        is_over = is_over || !is_first;
      } else if (*c == '"' && is_first && !is_over) {
        is_in_text = true;
      } else if (is_over || !is_of_number(*c)) {
        return candles_.wrong("something else than a number is in a candle");
      } else {
        candle_ += *c;
      }
      if (candle_.size() > kMostCandleBytes)
        return candles_.wrong(fmt::format("a candle is longer than {} bytes", kMostCandleBytes));
    }
  }

  // Letters too: what is no number after all is a bad row, such as null.
  static bool is_of_number(char c) {
    const char lower = static_cast<char>(c | 0x20);
    return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' || (lower >= 'a' && lower <= 'z');
  }

  JsonArray candles_;
  RowParser short_;
  RowParser long_;
  std::string candle_;
  std::size_t commas_ = 0;  // of it
  std::string reason_;
};

}  // namespace

bool is_candle_json(std::string_view /*path*/, std::string_view head) {
  std::string begin;
  for (const char c : head.substr(0, 64)) {
    if (!JsonArray::is_blank(c)) begin += c;
  }
  return begin.starts_with("[[") && !is_trade_arrays(head);
}

Result<std::vector<DataSet>> candle_json_sets(const std::string& path, const SourceHints& hints) {
  Result<DataSet> set = candle_set_of(path, hints);
  if (!set) return std::unexpected(set.error());
  return std::vector<DataSet>{*std::move(set)};
}

Result<std::unique_ptr<RowReader>> read_candle_json(std::unique_ptr<ByteSource> bytes, const DataSet& set,
                                                    const SourceHints& hints) {
  TimeFormat times;
  if (!hints.time_format.empty()) {
    Result<TimeFormat> told = TimeFormat::parse(hints.time_format);
    if (!told) return std::unexpected(told.error());
    times = *std::move(told);
  }
  return std::make_unique<CandleJsonReader>(std::move(bytes), *set.kind, times);
}

}  // namespace acts::history
