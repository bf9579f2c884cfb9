// A market of two symbols that does what a test tells it.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "acts/base/assert.hpp"

#include "exchange/market_source.hpp"

namespace acts::exchange {

class FakeSource final : public MarketSource {
 public:
  explicit FakeSource(Venue venue = Venue::kBinanceSpot) {
    for (const auto& [base, prefix] : {std::pair{"BTC", "btcusdt"}, std::pair{"ETH", "ethusdt"}}) {
      ListedSymbol symbol;
      symbol.instrument.venue = venue;
      symbol.instrument.symbol = std::string(base) + "USDT";
      symbol.instrument.base_asset = base;
      symbol.instrument.quote_asset = "USDT";
      symbol.instrument.status = TradingStatus::kTrading;
      symbol.instrument.tick_size = Decimal{1, 2};
      symbol.instrument.lot_size = Decimal{1, 3};
      symbol.text_decimals = venue == Venue::kBinanceSpot ? Scales{8, 8} : Scales{2, 3};
      symbol.depth_stream = std::string(prefix) + "@depth@100ms";
      symbol.streams = {symbol.depth_stream, std::string(prefix) + "@trade", std::string(prefix) + "@aggTrade"};
      symbol.largest_limit = venue == Venue::kBinanceSpot ? 5000 : 1000;
      listed_.push_back(std::move(symbol));
      books_.emplace_back(Scales{2, 3});
    }
    std::vector<Level> bids;
    std::vector<Level> asks;
    for (int i = 0; i < 6000; ++i) {
      bids.push_back({Price{1'000'000 - i}, Quantity{1000 + i}});
      asks.push_back({Price{1'000'001 + i}, Quantity{2000 + i}});
    }
    books_[0].reset(UpdateId{100}, {1723161255208, 1723161255207}, bids, asks);
  }

  [[nodiscard]] std::span<const ListedSymbol> symbols() const override { return listed_; }
  [[nodiscard]] std::optional<UnixNanos> next_time() const override {
    if (steps.empty()) return std::nullopt;
    return steps.front().first;
  }
  Result<void> step(std::vector<MarketMessage>& out) override {
    ACTS_ASSERT(!steps.empty());
    Result<MarketMessage> message = std::move(steps.front().second);
    steps.pop_front();
    if (!message) return std::unexpected(std::move(message.error()));
    out.push_back(std::move(*message));
    return {};
  }
  [[nodiscard]] const TrueBook* book(SymbolIndex symbol) const override { return &books_[symbol]; }
  void keep_history(std::size_t) override {}
  void skip(Nanos span) override {
    for (auto& step : steps) step.first = step.first + span;
  }

  // A step at `time` with this message.
  void add(UnixNanos time, std::string_view stream, std::string_view payload) {
    steps.emplace_back(time, make_combined(stream, payload));
  }
  // One that cannot be read.
  void add_broken(UnixNanos time, std::string message) {
    steps.emplace_back(time, fail(ErrorCode::kBadInput, std::move(message)));
  }

  std::deque<std::pair<UnixNanos, Result<MarketMessage>>> steps;

 private:
  std::vector<ListedSymbol> listed_;
  std::vector<TrueBook> books_;
};

}  // namespace acts::exchange
