#include "backtest/assumptions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include "acts/base/time.hpp"

#include "backtest/account_book.hpp"
#include "backtest/money.hpp"
#include "backtest/run_json.hpp"
#include "backtest/run_text.hpp"

namespace acts::backtest {
namespace {

bool takes_no_time(const InstrumentSettings& settings) {
  const LatencySettings& latency = settings.latency;
  return !latency.file && !latency.is_drawn && latency.entry.span() + latency.response.span() == Nanos{0};
}

bool costs_nothing(const InstrumentSettings& settings) {
  const Fees& fees = settings.fees;
  const Decimal nothing;
  return fees.maker == nothing && fees.taker == nothing && fees.buy == nothing && fees.sell == nothing &&
         fees.per_quantity == nothing && fees.flat == nothing && fees.tiers.empty();
}

bool is_spot(const InstrumentSettings& settings) { return settings.info.venue == Venue::kBinanceSpot; }

bool is_of_one_asset(std::span<const InstrumentSettings> settings) {
  return std::ranges::all_of(settings, [&settings](const InstrumentSettings& of) {
    return settlement_asset(of) == settlement_asset(settings.front());
  });
}

}  // namespace

std::vector<Assumption> assumptions_of(const BacktestSettings& settings) {
  std::vector<Assumption> all;
  if (!settings.is_bars && std::ranges::any_of(settings.instruments, takes_no_time)) {
    all.push_back({"no latency",
                   "orders and answers take no time, and fills are better than anybody's: say in [latency] how long "
                   "they do"});
  }
  if (std::ranges::any_of(settings.instruments, costs_nothing)) {
    all.push_back({"no fees", "say in [fees] what the venue takes"});
  }
  return all;
}

CreditWatch::CreditWatch(const std::vector<BacktestInstrument>& instruments)
    : instruments_(&instruments), had_(instruments.size()) {}

void CreditWatch::Least::take(const Decimal& other, UnixNanos ts, bool counts) {
  if (!counts) return;
  if (!since) since = ts;
  value = std::min(value, other);
}

void CreditWatch::look() {
  if (!moment_) return;
  Decimal equity;
  Decimal money;
  for (Had& had : had_) {
    equity = plus(equity, had.equity);
    money = plus(money, had.money);
    had.short_of.take(had.coins, *moment_, had.coins.units < 0);
  }
  equity_.take(equity, *moment_, equity.units <= 0);
  money_.take(money, *moment_, money.units < 0);
}

void CreditWatch::add(const Sample& sample) {
  if (moment_ != sample.ts) look();
  moment_ = sample.ts;
  Had& had = had_[sample.instrument.value()];
  const Position& position = sample.position;
  had.equity = sample.equity;
  had.money = plus(minus(position.cash, position.fee), position.funding);
  had.coins = held(position, (*instruments_)[sample.instrument.value()].scales.quantity);
}

std::vector<Assumption> CreditWatch::assumptions(const BacktestSettings& settings) const {
  std::vector<Assumption> all;
  if (settings.account != sim::AccountKind::kUnlimited || settings.instruments.front().exchange.as_hftbacktest) {
    return all;
  }
  CreditWatch whole = *this;
  whole.look();
  const auto told = [](std::string_view what, const Least& least) {
    return fmt::format("{} since {}, down to {}", what, to_iso8601(*least.since), to_string(least.value));
  };
  const std::vector<InstrumentSettings>& of = settings.instruments;
  const bool is_one_asset = is_of_one_asset(of);
  if (is_one_asset && settings.initial_balance.units > 0 && whole.equity_.since) {
    all.push_back({told("equity of 0 or below", whole.equity_),
                   "it went on with what nobody lends: an [account] of kind \"spot\" or \"margin\" does not"});
  }
  if (is_one_asset && std::ranges::all_of(of, is_spot) && whole.money_.since) {
    all.push_back({told("cash below 0", whole.money_),
                   "it bought on credit that costs nothing: [account] kind = \"spot\" refuses such orders"});
  }
  for (std::size_t i = 0; i < of.size(); ++i) {
    const Least& coins = whole.had_[i].short_of;
    if (!is_spot(of[i]) || !coins.since) continue;
    all.push_back({told(fmt::format("{} sold short on spot", (*instruments_)[i].name), coins),
                   "of what nobody lent: [account] kind = \"spot\" refuses such orders"});
  }
  return all;
}

std::vector<Assumption> all_assumptions(const BacktestSettings& settings, const CreditWatch* watch) {
  std::vector<Assumption> all = assumptions_of(settings);
  if (watch == nullptr) return all;
  for (Assumption& of : watch->assumptions(settings)) all.push_back(std::move(of));
  return all;
}

std::string assumptions_json(const std::vector<Assumption>& assumptions) {
  return list_json(assumptions.size(), [&](std::size_t i) { return json_text(assumptions[i].text); });
}

}  // namespace acts::backtest
