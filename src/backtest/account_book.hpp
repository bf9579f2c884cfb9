// The accounts of a run: instruments that settle in the same asset share one. Pure; not thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/market/order.hpp"

#include "backtest/instrument.hpp"
#include "backtest/settings.hpp"
#include "sim/account/account.hpp"

namespace acts::backtest {

// What an instrument settles in: as its settings say, else by its symbol: the quote asset, of inverse contracts the
// base asset; the symbol where it does not say.
std::string settlement_asset(const InstrumentSettings& settings);

// Of what has one sum of money for all instruments: `what`. Errors: kUsage: they settle in several assets.
Result<void> check_one_asset(const BacktestSettings& settings, std::string_view what);

class AccountBook {
 public:
  struct Place {
    sim::Account* account = nullptr;
    sim::Account::Slot slot = 0;
  };

  // `instruments`: of the settings, in their order. The initial balance is that of the first instrument's account; the
  // others begin with nothing. Errors: kUsage: Account::make().
  static Result<AccountBook> make(const BacktestSettings& settings, const std::vector<BacktestInstrument>& instruments);

  [[nodiscard]] Place of(InstrumentId id) const { return places_.at(id.value()); }
  [[nodiscard]] const std::vector<std::unique_ptr<sim::Account>>& accounts() const { return accounts_; }
  // Of each of them.
  [[nodiscard]] const std::vector<std::string>& assets() const { return assets_; }

 private:
  std::vector<std::unique_ptr<sim::Account>> accounts_;
  std::vector<std::string> assets_;
  std::vector<Place> places_;  // by InstrumentId
};

}  // namespace acts::backtest
