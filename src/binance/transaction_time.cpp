#include "binance/transaction_time.hpp"

#include <simdjson.h>

#include <cstdint>

#include "binance/wire.hpp"

namespace acts::binance {

struct TransactionTime::Impl {
  simdjson::dom::parser parser;
};

TransactionTime::TransactionTime() : impl_(std::make_unique<Impl>()) {}
TransactionTime::~TransactionTime() = default;
TransactionTime::TransactionTime(TransactionTime&&) noexcept = default;
TransactionTime& TransactionTime::operator=(TransactionTime&&) noexcept = default;

std::optional<UnixNanos> TransactionTime::of(std::string_view json) {
  if (json.empty()) return std::nullopt;
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
