#include "acts/features/venue_best.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "acts/base/assert.hpp"
#include "acts/features/quality.hpp"

namespace acts {
namespace {

const Value& cell(const MinuteRow& row, const RowSchema& schema, std::string_view name) {
  const auto column = std::ranges::find(schema.columns, name, &Column::name);
  ACTS_ASSERT(column != schema.columns.end());
  return row.values[static_cast<std::size_t>(column - schema.columns.begin())];
}

std::optional<PricedQuantity> side(const Value& price, const Value& quantity) {
  const auto* const p = std::get_if<Decimal>(&price);
  const auto* const q = std::get_if<Decimal>(&quantity);
  if (p == nullptr || q == nullptr) return std::nullopt;
  return PricedQuantity{*p, *q};
}

struct Best {
  std::optional<PricedQuantity> level{};
  std::string_view venue{};

  // Bids are the better the higher they are, asks the lower.
  void take(const std::optional<PricedQuantity>& other, std::string_view name, bool higher_is_better) {
    if (!other) return;
    const bool is_better = !level || (higher_is_better ? other->price > level->price : other->price < level->price) ||
                           (other->price == level->price && other->quantity > level->quantity);
    if (!is_better) return;
    level = other;
    venue = name;
  }
  void append_to(std::vector<Value>& values) const {
    values.push_back(level ? Value{level->price} : Value{});
    values.push_back(level ? Value{level->quantity} : Value{});
    values.push_back(level ? Value{std::string(venue)} : Value{});
  }
};

Value difference(const Decimal& a, const Decimal& b) {
  const int scale = std::max(a.scale, b.scale);
  return Decimal{a.units * power_of_ten(scale - a.scale) - b.units * power_of_ten(scale - b.scale), scale};
}

}  // namespace

VenueTop top_of(const MinuteRow& row, const RowSchema& schema) {
  VenueTop top{.symbol = row.symbol(), .sample_time = row.sample_time()};
  const auto* const state = std::get_if<std::string>(&cell(row, schema, "state"));
  if (state == nullptr || *state != to_string(RowState::kLive)) return top;
  top.bid = side(cell(row, schema, "best_bid"), cell(row, schema, "bid_quantity"));
  top.ask = side(cell(row, schema, "best_ask"), cell(row, schema, "ask_quantity"));
  return top;
}

VenueBest::VenueBest(std::vector<std::string> venues) {
  ACTS_ASSERT(!venues.empty());
  sources_.reserve(venues.size());
  for (std::string& venue : venues) {
    names_ += names_.empty() ? "" : "+";
    names_ += venue;
    sources_.push_back({.name = std::move(venue)});
  }
}

RowSchema VenueBest::schema() {
  return {{{"venue", ColumnType::kText, false},
           {"symbol", ColumnType::kText, false},
           {"sample_time", ColumnType::kTime, false},
           {"best_bid", ColumnType::kDecimal, true},
           {"best_bid_quantity", ColumnType::kDecimal, true},
           {"best_bid_venue", ColumnType::kText, true},
           {"best_ask", ColumnType::kDecimal, true},
           {"best_ask_quantity", ColumnType::kDecimal, true},
           {"best_ask_venue", ColumnType::kText, true},
           {"spread", ColumnType::kDecimal, true},
           {"venues", ColumnType::kCount, false}}};
}

void VenueBest::add(std::size_t venue, VenueTop top) {
  Source& source = sources_.at(venue);
  if (source.last && top.sample_time <= *source.last) return;
  source.last = top.sample_time;
  source.tops.push_back(std::move(top));
}

void VenueBest::end(std::size_t venue) { sources_.at(venue).has_ended = true; }

std::optional<std::size_t> VenueBest::waits_for() const {
  const auto waiting = std::ranges::find_if(sources_, [](const Source& s) { return s.tops.empty() && !s.has_ended; });
  if (waiting == sources_.end()) return std::nullopt;
  return static_cast<std::size_t>(waiting - sources_.begin());
}

std::optional<MinuteRow> VenueBest::next() {
  if (waits_for()) return std::nullopt;
  std::optional<UnixNanos> at;
  for (const Source& source : sources_) {
    if (!source.tops.empty() && (!at || source.tops.front().sample_time < *at)) at = source.tops.front().sample_time;
  }
  if (!at) return std::nullopt;
  Best bid;
  Best ask;
  std::string symbol;
  std::int64_t venues = 0;
  for (Source& source : sources_) {
    if (source.tops.empty() || source.tops.front().sample_time != *at) continue;
    const VenueTop top = std::move(source.tops.front());
    source.tops.pop_front();
    if (symbol.empty()) symbol = top.symbol;
    bid.take(top.bid, source.name, true);
    ask.take(top.ask, source.name, false);
    venues += top.bid || top.ask ? 1 : 0;
  }
  MinuteRow row;
  row.values = {Value{names_}, Value{symbol}, Value{*at}};
  bid.append_to(row.values);
  ask.append_to(row.values);
  row.values.push_back(bid.level && ask.level ? difference(ask.level->price, bid.level->price) : Value{});
  row.values.emplace_back(venues);
  return row;
}

}  // namespace acts
