// A client that keeps a book by the documented procedure and nothing else: maps, nlohmann-json, no code of the project
// but the reading of decimals.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/market/venue.hpp"

#include "exchange/true_book.hpp"

namespace acts::exchange {

class NaiveClient {
 public:
  using Side = std::map<std::int64_t, std::int64_t>;  // both with kScale decimals
  static constexpr int kScale = 8;

  explicit NaiveClient(Venue venue) : venue_(venue) {}

  void on_update(std::string_view payload) {
    buffer_.push_back(nlohmann::json::parse(payload));
    if (snapshot_id_) work_off();
  }
  void on_snapshot(std::string_view body) {
    const auto snapshot = nlohmann::json::parse(body);
    snapshot_id_ = snapshot.at("lastUpdateId").get<std::int64_t>();
    bids.clear();
    asks.clear();
    set(bids, snapshot.at("bids"));
    set(asks, snapshot.at("asks"));
    work_off();
  }

  Side bids;
  Side asks;
  std::int64_t last = -1;  // u of the last update applied; -1: none yet
  std::uint64_t applied = 0;
  std::uint64_t dropped = 0;
  std::uint64_t breaks = 0;  // updates that do not continue, the first one after the snapshot included

  static Side side_of(const TrueBook& book, acts::Side side) {
    Side levels;
    for (const Level& level : book.levels(side)) {
      levels[level.price.units() * power_of_ten(kScale - book.scales().price)] =
          level.quantity.units() * power_of_ten(kScale - book.scales().quantity);
    }
    return levels;
  }
  [[nodiscard]] bool equals(const TrueBook& book) const {
    return bids == side_of(book, acts::Side::kBid) && asks == side_of(book, acts::Side::kAsk);
  }
  // The part of a side between two prices, both included.
  static Side within(const Side& side, std::int64_t low, std::int64_t high) {
    return {side.lower_bound(low), side.upper_bound(high)};
  }

 private:
  static void set(Side& side, const nlohmann::json& levels) {
    for (const auto& level : levels) {
      const std::int64_t price = parse_scaled(level.at(0).get<std::string>(), kScale).units;
      const std::int64_t quantity = parse_scaled(level.at(1).get<std::string>(), kScale).units;
      if (quantity == 0) {
        side.erase(price);
      } else {
        side[price] = quantity;
      }
    }
  }
  [[nodiscard]] bool continues(const nlohmann::json& update) const {
    const std::int64_t first = update.at("U").get<std::int64_t>();
    if (venue_ == Venue::kBinanceUsdm) {
      return last < 0 ? first <= *snapshot_id_ : update.at("pu").get<std::int64_t>() == last;
    }
    return last < 0 ? first <= *snapshot_id_ + 1 : first == last + 1;
  }
  void work_off() {
    for (const auto& update : buffer_) {
      const std::int64_t u = update.at("u").get<std::int64_t>();
      const bool stale = venue_ == Venue::kBinanceUsdm ? u < *snapshot_id_ : u <= *snapshot_id_;
      if (last < 0 && stale) {
        ++dropped;
        continue;
      }
      if (!continues(update)) ++breaks;
      set(bids, update.at("b"));
      set(asks, update.at("a"));
      last = u;
      ++applied;
    }
    buffer_.clear();
  }

  Venue venue_;
  std::optional<std::int64_t> snapshot_id_;
  std::vector<nlohmann::json> buffer_;
};

}  // namespace acts::exchange
