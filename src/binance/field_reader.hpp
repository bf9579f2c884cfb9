// Reads the fields of one JSON message with their checks. For message_parser.cpp alone: simdjson is costly to include.
#pragma once

#include <fmt/format.h>
#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/market/events.hpp"

#include "binance/decoder.hpp"
#include "binance/error_text.hpp"
#include "binance/wire.hpp"

namespace acts::binance {

// How reading a part ended. kNeedsScale: a value has more decimals than the scales at hand; they have been raised, read
// again.
enum class Read : std::uint8_t { kOk, kNeedsScale, kBad };

// Reads the values of one message; remembers the first thing that is wrong with it.
class Reader {
 public:
  explicit Reader(Scales scales) : scales_(scales) {}

  [[nodiscard]] Scales scales() const { return scales_; }
  [[nodiscard]] const std::string& fault() const { return fault_; }
  // The fault is a value that does not fit 64 bits at the scales; it may at coarser ones.
  [[nodiscard]] bool is_too_large() const { return is_too_large_; }

  Read bad(std::string what) {
    if (fault_.empty()) fault_ = std::move(what);
    return Read::kBad;
  }

  bool id(simdjson::dom::object object, const char* key, UpdateId& out) {
    std::int64_t value = 0;
    if (!id(object, key, value)) return false;
    out = UpdateId{value};
    return true;
  }

  bool id(simdjson::dom::object object, const char* key, std::int64_t& out) {
    if (!integer(object, key, out)) return false;
    if (out < 0 || out >= kIdEnd) return bad(fmt::format("{} is out of range", key)) == Read::kOk;
    return true;
  }

  bool symbol(simdjson::dom::object object) {
    std::string_view text;
    if (object["s"].get(text) == simdjson::SUCCESS && !text.empty()) return true;
    return bad("s is missing or not a symbol") == Read::kOk;
  }

  bool integer(simdjson::dom::object object, const char* key, std::int64_t& out) {
    if (object[key].get(out) == simdjson::SUCCESS) return true;
    bad(fmt::format("{} is missing or not a whole number", key));
    return false;
  }

  bool boolean(simdjson::dom::object object, const char* key, bool& out) {
    if (object[key].get(out) == simdjson::SUCCESS) return true;
    bad(fmt::format("{} is missing or neither true nor false", key));
    return false;
  }

  bool time(simdjson::dom::object object, const char* key, UnixNanos& out) {
    std::int64_t stamp = 0;
    if (!integer(object, key, stamp)) return false;
    const std::optional<UnixNanos> time = wire_time(stamp);
    if (!time) return bad(fmt::format("{} is not a time", key)) == Read::kOk;
    out = *time;
    return true;
  }

  Read price(simdjson::dom::element element, Price& out) {
    std::int64_t units = 0;
    const Read read = value(element, "price", scales_.price, units);
    out = Price{units};
    return read;
  }

  Read quantity(simdjson::dom::element element, Quantity& out) {
    std::int64_t units = 0;
    const Read read = value(element, "quantity", scales_.quantity, units);
    out = Quantity{units};
    return read;
  }

  Read level(simdjson::dom::element price_text, simdjson::dom::element quantity_text, Level& out) {
    const Read read = price(price_text, out.price);
    return read == Read::kOk ? quantity(quantity_text, out.quantity) : read;
  }

  Read level(simdjson::dom::object object, const char* price_key, const char* quantity_key, Level& out) {
    simdjson::dom::element price_text;
    simdjson::dom::element quantity_text;
    if (object[price_key].get(price_text) != simdjson::SUCCESS) return bad(fmt::format("{} is missing", price_key));
    if (object[quantity_key].get(quantity_text) != simdjson::SUCCESS)
      return bad(fmt::format("{} is missing", quantity_key));
    return level(price_text, quantity_text, out);
  }

  // [["price","quantity"],...]; what stands behind the quantity is ignored.
  Read levels(simdjson::dom::object object, const char* key, std::vector<Level>& out) {
    out.clear();
    simdjson::dom::array rows;
    if (object[key].get(rows) != simdjson::SUCCESS) return bad(fmt::format("{} is missing or not an array", key));
    for (const simdjson::dom::element row_element : rows) {
      simdjson::dom::array row;
      simdjson::dom::element price_text;
      simdjson::dom::element quantity_text;
      if (row_element.get(row) != simdjson::SUCCESS || row.at(0).get(price_text) != simdjson::SUCCESS ||
          row.at(1).get(quantity_text) != simdjson::SUCCESS) {
        return bad(fmt::format("a level in {} is not [price, quantity]", key));
      }
      Level level_read;
      const Read read = level(price_text, quantity_text, level_read);
      if (read != Read::kOk) return read;
      if (level_read.price.units() == 0) return bad("a level has price 0");
      out.push_back(level_read);
    }
    return Read::kOk;
  }

 private:
  Read value(simdjson::dom::element element, const char* what, std::uint8_t& scale, std::int64_t& out) {
    std::string_view text;
    if (element.get(text) != simdjson::SUCCESS) return bad(fmt::format("a {} is not a string", what));
    const ScaledInteger parsed = parse_scaled(text, scale);
    out = parsed.units;
    switch (parsed.status) {
      case DecimalStatus::kOk: return Read::kOk;
      case DecimalStatus::kNotANumber:
        return bad(fmt::format("{} '{}' is not a decimal number", what, one_line(text, kMaxQuotedNumber)));
      case DecimalStatus::kNegative:
        return bad(fmt::format("{} '{}' is negative", what, one_line(text, kMaxQuotedNumber)));
      case DecimalStatus::kTooLarge:
        is_too_large_ = fault_.empty();
        return bad(fmt::format("{} '{}' is too large", what, one_line(text, kMaxQuotedNumber)));
      case DecimalStatus::kInexact: break;
    }
    if (parsed.scale_needed > kMaxWireDecimals) {
      return bad(
          fmt::format("{} '{}' has more than {} decimals", what, one_line(text, kMaxQuotedNumber), kMaxWireDecimals));
    }
    scale = parsed.scale_needed;
    return Read::kNeedsScale;
  }

  Scales scales_;
  std::string fault_;
  bool is_too_large_ = false;
};

inline std::optional<std::string_view> text_at(simdjson::dom::object object, const char* key) {
  std::string_view text;
  if (object[key].get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
}

inline bool has(simdjson::dom::object object, const char* key) { return object[key].error() == simdjson::SUCCESS; }

}  // namespace acts::binance
