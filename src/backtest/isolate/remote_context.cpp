#include "backtest/isolate/remote_context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "acts/base/assert.hpp"

namespace acts::backtest {
namespace {

Level read_level(ByteReader& in) {
  const Price price{in.integer()};
  return {price, Quantity{in.integer()}};
}

}  // namespace

void RemoteContext::set_instruments(std::vector<HostedInstrument> instruments) {
  told_features_.clear();
  instruments_.clear();
  instruments_.reserve(instruments.size());
  for (HostedInstrument& told : instruments) {
    const InstrumentId id{static_cast<std::uint32_t>(instruments_.size())};
    instruments_.push_back(std::make_unique<Hosted>(Hosted{.told = std::move(told), .book = RemoteBook(*this, id)}));
  }
}

FeatureValues RemoteContext::keep(const FeatureValues& told) {
  ACTS_ASSERT(told.instrument.value() < instruments_.size());
  return told_features_.keep(told);
}

RemoteContext::Hosted& RemoteContext::at(InstrumentId id) const {
  ACTS_ASSERT(id.value() < instruments_.size());
  return *instruments_[id.value()];
}

ByteWriter& RemoteContext::begin_ask(AskKind kind) const {
  out_.clear();
  out_.byte(static_cast<std::uint8_t>(HostMessage::kAsk));
  out_.number(static_cast<std::uint64_t>(kind));
  return out_;
}

ByteWriter& RemoteContext::begin_ask(AskKind kind, InstrumentId id) const {
  ACTS_ASSERT(id.value() < instruments_.size());
  begin_ask(kind).number(id.value());
  return out_;
}

void RemoteContext::send() const {
  if (link_->send(out_.bytes(), nullptr) != LinkState::kOpen) throw LinkLost{};
}

template <typename Read>
auto RemoteContext::answer(Read&& read) const {
  send();
  std::string_view message;
  if (link_->receive(message, nullptr) != LinkState::kOpen) throw LinkLost{};
  ByteReader in(message);
  if (in.byte() != static_cast<std::uint8_t>(RunMessage::kAnswer)) throw LinkLost{};
  auto value = read(in);  // NOLINT(misc-const-correctness): a constant could not be moved out of here
  if (!in.is_done()) throw LinkLost{};
  return value;
}

const BookView& RemoteContext::book(InstrumentId id) const { return at(id).book; }

Scales RemoteContext::RemoteBook::scales() const {
  static_cast<void>(context_->begin_ask(AskKind::kBookScales, id_));
  return context_->answer([](ByteReader& in) {
    const auto price = static_cast<std::uint8_t>(in.count(UINT8_MAX));
    return Scales{price, static_cast<std::uint8_t>(in.count(UINT8_MAX))};
  });
}

std::optional<Level> RemoteContext::RemoteBook::best(Side side) const {
  context_->begin_ask(AskKind::kBest, id_).number(static_cast<std::uint64_t>(side));
  return context_->answer([](ByteReader& in) { return in.flag() ? std::optional(read_level(in)) : std::nullopt; });
}

std::size_t RemoteContext::RemoteBook::levels(Side side, std::span<Level> out) const {
  if (out.size() > kMostAskedLevels) {
    throw std::length_error(
        fmt::format("{} levels of a book at once are too many: {} at most, isolated", out.size(), kMostAskedLevels));
  }
  ByteWriter& ask = context_->begin_ask(AskKind::kLevels, id_);
  ask.number(static_cast<std::uint64_t>(side));
  ask.number(out.size());
  return context_->answer([out](ByteReader& in) {
    const std::size_t count = in.count(out.size());
    for (std::size_t i = 0; i < count; ++i) out[i] = read_level(in);
    return count;
  });
}

Quantity RemoteContext::RemoteBook::quantity_at(Side side, Price price) const {
  ByteWriter& ask = context_->begin_ask(AskKind::kQuantityAt, id_);
  ask.number(static_cast<std::uint64_t>(side));
  ask.integer(price.units());
  return context_->answer([](ByteReader& in) { return Quantity{in.integer()}; });
}

bool RemoteContext::RemoteBook::covers(Side side, Price price) const {
  ByteWriter& ask = context_->begin_ask(AskKind::kCovers, id_);
  ask.number(static_cast<std::uint64_t>(side));
  ask.integer(price.units());
  return context_->answer([](ByteReader& in) { return in.flag(); });
}

std::optional<Trade> RemoteContext::last_trade(InstrumentId id) const {
  static_cast<void>(begin_ask(AskKind::kLastTrade, id));
  return answer([](ByteReader& in) { return read_optional<Trade>(in); });
}

std::optional<FundingRate> RemoteContext::funding_rate(InstrumentId id) const {
  static_cast<void>(begin_ask(AskKind::kFundingRate, id));
  return answer([](ByteReader& in) { return read_optional<FundingRate>(in); });
}

const Position& RemoteContext::position(InstrumentId id) const {
  static_cast<void>(begin_ask(AskKind::kPosition, id));
  at(id).position = answer([](ByteReader& in) {
    Position position;
    read_value(in, position);
    return position;
  });
  return at(id).position;
}

double RemoteContext::position_value(InstrumentId id) const {
  static_cast<void>(begin_ask(AskKind::kPositionValue, id));
  return answer([](ByteReader& in) { return in.real(); });
}

std::span<const OpenOrder> RemoteContext::open_orders(InstrumentId id) const {
  static_cast<void>(begin_ask(AskKind::kOpenOrders, id));
  at(id).open = answer([](ByteReader& in) {
    std::vector<OpenOrder> orders(in.count(in.left()));
    for (OpenOrder& order : orders) read_value(in, order);
    return orders;
  });
  return at(id).open;
}

ClientOrderId RemoteContext::place(const NewOrder& order) {
  write_value(begin_ask(AskKind::kPlace), order);
  return answer([](ByteReader& in) { return ClientOrderId{in.number()}; });
}

OcoIds RemoteContext::place_oco(const NewOrder& first, const NewOrder& second) {
  ByteWriter& ask = begin_ask(AskKind::kPlaceOco);
  write_value(ask, first);
  write_value(ask, second);
  return answer([](ByteReader& in) {
    const ClientOrderId id{in.number()};
    return OcoIds{id, ClientOrderId{in.number()}};
  });
}

bool RemoteContext::modify(const ModifyOrder& change) {
  write_value(begin_ask(AskKind::kModify), change);
  return answer([](ByteReader& in) { return in.flag(); });
}

bool RemoteContext::cancel(ClientOrderId id) {
  begin_ask(AskKind::kCancel).number(id.value());
  return answer([](ByteReader& in) { return in.flag(); });
}

void RemoteContext::set_timer(TimerId id, UnixNanos at) {
  ByteWriter& ask = begin_ask(AskKind::kSetTimer);
  ask.number(id.value());
  ask.integer(at.value);
  send();
}

void RemoteContext::stop_timer(TimerId id) {
  begin_ask(AskKind::kStopTimer).number(id.value());
  send();
}

}  // namespace acts::backtest
