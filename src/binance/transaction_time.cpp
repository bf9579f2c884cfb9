#include "binance/transaction_time.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "binance/wire.hpp"

namespace acts::binance {
namespace {

bool take(std::string_view& text, std::string_view literal) {
  if (!text.starts_with(literal)) return false;
  text.remove_prefix(literal.size());
  return true;
}

bool take_number(std::string_view& text, std::int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return error == std::errc{} && number >= 0;
}

// Depth updates and trades begin with their kind and both times: nothing more of them need be read. Nothing: it does
// not begin so.
std::optional<std::int64_t> leading_time(std::string_view json) {
  if (take(json, R"({"stream":")")) {
    json.remove_prefix(std::min(json.find_first_of("\"\\"), json.size()));
    if (!take(json, R"(","data":)")) return std::nullopt;
  }
  const bool has_kind = take(json, R"({"e":"depthUpdate","E":)") || take(json, R"({"e":"trade","E":)");
  std::int64_t sent = 0;
  std::int64_t made = 0;
  if (!has_kind || !take_number(json, sent) || !take(json, R"(,"T":)") || !take_number(json, made)) return std::nullopt;
  return json.starts_with(',') ? std::optional(made) : std::nullopt;
}

}  // namespace

struct TransactionTime::Impl {
  simdjson::dom::parser parser;
};

TransactionTime::TransactionTime() : impl_(std::make_unique<Impl>()) {}
TransactionTime::~TransactionTime() = default;
TransactionTime::TransactionTime(TransactionTime&&) noexcept = default;
TransactionTime& TransactionTime::operator=(TransactionTime&&) noexcept = default;

std::optional<UnixNanos> TransactionTime::of(std::string_view json) {
  if (json.empty()) return std::nullopt;
  if (const std::optional<std::int64_t> leading = leading_time(json)) return wire_time(*leading);
  simdjson::dom::object message;
  // The parser makes the copy that it needs.
  if (impl_->parser.parse(json.data(), json.size(), true).get(message) != simdjson::SUCCESS) return std::nullopt;
  simdjson::dom::object event;
  if (message["data"].get(event) != simdjson::SUCCESS) event = message;
  std::int64_t stamp = 0;
  if (event["T"].get(stamp) != simdjson::SUCCESS) return std::nullopt;
  return wire_time(stamp);
}

}  // namespace acts::binance
