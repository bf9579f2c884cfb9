#include "backtest/account_book.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "acts/market/instrument.hpp"

namespace acts::backtest {

std::string settlement_asset(const InstrumentSettings& settings) {
  if (!settings.settlement_asset.empty()) return settings.settlement_asset;
  // "BTCUSD_PERP", "BTCUSD_260327".
  const std::string_view pair = std::string_view(settings.info.symbol).substr(0, settings.info.symbol.find('_'));
  auto [base, quote] = split_symbol(pair);
  if (quote.empty()) return settings.info.symbol;
  return settings.contract.kind == sim::ContractKind::kInverse ? base : quote;
}

Result<void> check_one_asset(const BacktestSettings& settings, std::string_view what) {
  const std::string first = settlement_asset(settings.instruments.front());
  const auto other = std::ranges::find_if(
      settings.instruments, [&first](const InstrumentSettings& of) { return settlement_asset(of) != first; });
  if (other == settings.instruments.end()) return {};
  return fail(ErrorCode::kUsage, fmt::format("{} and {} settle in {} and {}, and {} one sum of money: take one of them "
                                             "out, or settlement_asset in [instrument] where it is the same",
                                             settings.instruments.front().info.symbol, other->info.symbol, first,
                                             settlement_asset(*other), what));
}

Result<AccountBook> AccountBook::make(const BacktestSettings& settings,
                                      const std::vector<BacktestInstrument>& instruments) {
  AccountBook book;
  std::vector<sim::AccountModel> models;
  std::vector<std::size_t> owners;
  for (std::size_t i = 0; i < instruments.size(); ++i) {
    const InstrumentSettings& of = settings.instruments[i];
    const std::string asset = settlement_asset(of);
    const auto known = std::ranges::find(book.assets_, asset);
    const auto owner = static_cast<std::size_t>(known - book.assets_.begin());
    if (known == book.assets_.end()) {
      book.assets_.push_back(asset);
      models.push_back({.kind = settings.account, .initial_balance = i == 0 ? settings.initial_balance : Decimal{}});
    }
    book.places_.push_back({.account = nullptr, .slot = models[owner].instruments.size()});
    owners.push_back(owner);
    models[owner].instruments.push_back({.scales = instruments[i].scales,
                                         .contract = of.contract,
                                         .fees = of.fees,
                                         .margin = of.margin,
                                         .initial_position = of.initial_base});
  }
  for (const sim::AccountModel& model : models) {
    Result<std::unique_ptr<sim::Account>> account = sim::Account::make(model);
    if (!account) return std::unexpected(account.error());
    book.accounts_.push_back(*std::move(account));
  }
  for (std::size_t i = 0; i < owners.size(); ++i) book.places_[i].account = book.accounts_[owners[i]].get();
  return book;
}

}  // namespace acts::backtest
