#include "report/book_panel.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "acts/base/ratio.hpp"

namespace acts::report {
namespace {

double value_of(std::int64_t units, int scale) { return nearest_double(units, power_of_ten(scale)); }

struct AtPrice {
  double bid = kUnknown;
  double ask = kUnknown;
  double bid_sum = kUnknown;
  double ask_sum = kUnknown;
};

struct Limits {
  double low;
  double high;
};

// Around the middle; around the one best price there is; without a limit for an empty book.
Limits limits_of(const BookImage& book, double per_cent) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (book.bids.empty() && book.asks.empty()) return {-kInfinity, kInfinity};
  const BookLevel& bid = book.bids.empty() ? book.asks.front() : book.bids.front();
  const BookLevel& ask = book.asks.empty() ? book.bids.front() : book.asks.front();
  const double middle =
      (value_of(bid.price.units(), book.scales.price) + value_of(ask.price.units(), book.scales.price)) / 2;
  return {middle * (1 - per_cent / 100), middle * (1 + per_cent / 100)};
}

}  // namespace

Panel book_panel(const BookImage& book, double per_cent) {
  const Limits limits = limits_of(book, per_cent);
  std::map<std::int64_t, AtPrice> prices;
  const auto add = [&](const std::vector<BookLevel>& levels, double AtPrice::* quantity, double AtPrice::* sum) {
    int128 total = 0;
    for (const BookLevel& level : levels) {
      const double price = value_of(level.price.units(), book.scales.price);
      if (price < limits.low || price > limits.high) return;  // best first: the rest is further away
      total += level.quantity.units();
      AtPrice& at = prices[level.price.units()];
      at.*quantity = value_of(level.quantity.units(), book.scales.quantity);
      at.*sum = nearest_double(total, power_of_ten(book.scales.quantity));
    }
  };
  add(book.bids, &AtPrice::bid, &AtPrice::bid_sum);
  add(book.asks, &AtPrice::ask, &AtPrice::ask_sum);

  Panel panel{.title = "Quantity by price",
              .x_label = "price",
              .y_label = "quantity",
              .y2_label = "sum",
              .x = {},
              .series = {}};
  Series bids{.name = "bid", .mark = Mark::kBars, .tone = Tone::kBid, .y = {}};
  Series asks{.name = "ask", .mark = Mark::kBars, .tone = Tone::kAsk, .y = {}};
  Series bid_sums{.name = "bid sum", .mark = Mark::kLine, .tone = Tone::kBid, .y = {}, .on_second_axis = true};
  Series ask_sums{.name = "ask sum", .mark = Mark::kLine, .tone = Tone::kAsk, .y = {}, .on_second_axis = true};
  for (const auto& [units, at] : prices) {
    panel.x.push_back(value_of(units, book.scales.price));
    bids.y.push_back(at.bid);
    asks.y.push_back(at.ask);
    bid_sums.y.push_back(at.bid_sum);
    ask_sums.y.push_back(at.ask_sum);
  }
  panel.series = {std::move(bids), std::move(asks), std::move(bid_sums), std::move(ask_sums)};
  for (const PriceInterval& known : book.coverage) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const bool has_low = known.low != CoverageSet::kNoLowerEnd;
    const bool has_high = known.high != CoverageSet::kNoUpperEnd;
    panel.shades.push_back({.from = has_low ? value_of(known.low.units(), book.scales.price) : -kInfinity,
                            .to = has_high ? value_of(known.high.units(), book.scales.price) : kInfinity,
                            .is_trouble = false});
  }
  return panel;
}

}  // namespace acts::report
