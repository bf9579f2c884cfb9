// What strategies are told, read and ask for as bytes (byte_form.hpp), each field once. Pure.
#pragma once

#include <optional>

#include "acts/base/time.hpp"
#include "acts/market/bar.hpp"
#include "acts/market/events.hpp"
#include "acts/market/instrument.hpp"
#include "acts/market/order.hpp"
#include "acts/strategy/strategy.hpp"

#include "backtest/decisions/byte_form.hpp"

namespace acts::backtest {

// Bounds of what is read.
inline constexpr std::size_t kMostFeatures = 4096;
inline constexpr std::size_t kMostNameBytes = 1024;

void write_value(ByteWriter& out, const NewOrder& value);
void write_value(ByteWriter& out, const ModifyOrder& value);
void write_value(ByteWriter& out, const OpenOrder& value);
void write_value(ByteWriter& out, const OrderUpdate& value);
void write_value(ByteWriter& out, const Fill& value);
void write_value(ByteWriter& out, const Position& value);
void write_value(ByteWriter& out, const Trade& value);
void write_value(ByteWriter& out, const Bar& value);
void write_value(ByteWriter& out, const FundingRate& value);
void write_value(ByteWriter& out, const Instrument& value);
void write_value(ByteWriter& out, const Wants& value);
// The values stand by themselves when they are read: FeatureValues only points to them.
void write_value(ByteWriter& out, const FeatureValues& value);

// What cannot be (an unknown kind, a text that is too long) makes the reader bad.
void read_value(ByteReader& in, NewOrder& value);
void read_value(ByteReader& in, ModifyOrder& value);
void read_value(ByteReader& in, OpenOrder& value);
void read_value(ByteReader& in, OrderUpdate& value);
void read_value(ByteReader& in, Fill& value);
void read_value(ByteReader& in, Position& value);
void read_value(ByteReader& in, Trade& value);
void read_value(ByteReader& in, Bar& value);
void read_value(ByteReader& in, FundingRate& value);
void read_value(ByteReader& in, Instrument& value);
void read_value(ByteReader& in, Wants& value);
// `values` is what value.values points to then.
void read_value(ByteReader& in, FeatureValues& value, std::vector<double>& values);

template <typename Value>
void write_optional(ByteWriter& out, const std::optional<Value>& value) {
  out.flag(value.has_value());
  if (value) write_value(out, *value);
}
template <typename Value>
std::optional<Value> read_optional(ByteReader& in) {
  if (!in.flag()) return std::nullopt;
  Value value;
  read_value(in, value);
  return value;
}

}  // namespace acts::backtest
