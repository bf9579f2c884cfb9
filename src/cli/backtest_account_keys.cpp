#include <fmt/format.h>

#include <charconv>

#include "cli/backtest_keys.hpp"
#include "sim/account/account.hpp"

namespace acts::cli {
namespace {

using backtest::BacktestSettings;
using backtest::InstrumentSettings;
using enum ConfigType;

constexpr std::string_view kDecimalWanted = "a decimal in quotes";

Result<void> set_account_kind(BacktestSettings& s, const Values& v) {
  const Result<sim::AccountKind> kind = sim::parse_account_kind(v[0]);
  if (!kind) return std::unexpected(kind.error());
  s.account = *kind;
  return {};
}

Result<void> set_contract(InstrumentSettings& s, const Values& v) {
  const Result<sim::ContractKind> kind = sim::parse_contract_kind(v[0]);
  if (!kind) return std::unexpected(kind.error());
  s.contract.kind = *kind;
  return {};
}

Result<void> set_tiers(InstrumentSettings& s, const Values& v) {
  s.fees.tiers.clear();
  for (const std::string& text : v) {
    const Result<sim::FeeTier> tier = sim::parse_fee_tier(text);
    if (!tier) return std::unexpected(tier.error());
    s.fees.tiers.push_back(*tier);
  }
  return {};
}

Result<void> set_brackets(InstrumentSettings& s, const Values& v) {
  s.margin.brackets.clear();
  for (const std::string& text : v) {
    const Result<sim::MarginBracket> bracket = sim::parse_margin_bracket(text);
    if (!bracket) return std::unexpected(bracket.error());
    s.margin.brackets.push_back(*bracket);
  }
  return s.margin.check();
}

Result<void> set_leverage(InstrumentSettings& s, const Values& v) {
  int leverage = 0;
  const char* const end = v[0].data() + v[0].size();
  const auto [stop, error] = std::from_chars(v[0].data(), end, leverage);
  if (error != std::errc() || stop != end || leverage < 1 || leverage > sim::MarginModel::kMostLeverage) {
    return fail(ErrorCode::kUsage, fmt::format("'{}': 1 ... {}", v[0], sim::MarginModel::kMostLeverage));
  }
  s.margin.leverage = leverage;
  return {};
}

Result<void> set_fee_asset(InstrumentSettings& s, const Values& v) {
  const std::string& asset = v[0];
  if (asset.empty()) return fail(ErrorCode::kUsage, "settlement, received, or an asset such as \"BNB\"");
  if (asset == "settlement") {
    s.fees.asset = sim::FeeAsset::kSettlement;
  } else {
    s.fees.asset = asset == "received" ? sim::FeeAsset::kReceived : sim::FeeAsset::kOther;
  }
  return {};
}

template <typename Choice>
struct NamedChoice {
  std::string_view name;
  Choice choice;
};
template <typename Choice, std::size_t Count>
Result<Choice> choice_of(const NamedChoice<Choice> (&choices)[Count], const std::string& text) {
  std::string names;
  for (const NamedChoice<Choice>& of : choices) {
    if (of.name == text) return of.choice;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", of.name);
  }
  return fail(ErrorCode::kUsage, fmt::format("'{}': one of {}", text, names));
}

Result<void> set_mark_source(InstrumentSettings& s, const Values& v) {
  using backtest::MarkSource;
  const auto source =
      choice_of<MarkSource>({{"middle", MarkSource::kMiddle}, {"mark_price", MarkSource::kMarkPrice}}, v[0]);
  if (!source) return std::unexpected(source.error());
  s.mark = *source;
  return {};
}

Result<void> set_funding_source(InstrumentSettings& s, const Values& v) {
  using backtest::FundingSource;
  const auto source = choice_of<FundingSource>(
      {{"data", FundingSource::kData}, {"file", FundingSource::kFile}, {"none", FundingSource::kNone}}, v[0]);
  if (!source) return std::unexpected(source.error());
  s.funding_source = *source;
  return {};
}

std::vector<InstrumentKey> fee_keys() {
  const auto decimal = [](std::string_view key, Result<void> (*set)(InstrumentSettings&, const Values&)) {
    return InstrumentKey{"fees", key, {kText}, kDecimalWanted, set};
  };
  return {
      decimal("buy", [](InstrumentSettings& s, const Values& v) { return set_rate(s.fees.buy, v[0]); }),
      decimal("sell", [](InstrumentSettings& s, const Values& v) { return set_rate(s.fees.sell, v[0]); }),
      decimal("per_quantity",
              [](InstrumentSettings& s, const Values& v) { return set_decimal(s.fees.per_quantity, v[0]); }),
      decimal("flat", [](InstrumentSettings& s, const Values& v) { return set_decimal(s.fees.flat, v[0]); }),
      {"fees", "tiers", {kTexts}, "a list of texts, such as [\"1000000 0.0009 0.001\"]", set_tiers},
      decimal("volume_before",
              [](InstrumentSettings& s, const Values& v) { return set_not_negative(s.fees.volume_before, v[0]); }),
      {"fees", "asset", {kText}, "text in quotes, such as \"BNB\"", set_fee_asset},
      decimal("discount", [](InstrumentSettings& s, const Values& v) { return set_rate(s.fees.discount, v[0]); }),
      decimal("asset_price",
              [](InstrumentSettings& s, const Values& v) { return set_not_negative(s.fees.other_price, v[0]); }),
      decimal("asset_balance",
              [](InstrumentSettings& s, const Values& v) { return set_not_negative(s.fees.other_balance, v[0]); }),
  };
}

}  // namespace

Result<void> set_rate(Decimal& rate, const std::string& text) {
  const Result<Decimal> parsed = sim::parse_fee_rate(text);
  if (!parsed) return std::unexpected(parsed.error());
  rate = *parsed;
  return {};
}

std::vector<InstrumentKey> account_data_keys() {
  return {
      {"instrument", "contract", {kText}, "text in quotes", set_contract},
      {"instrument",
       "contract_size",
       {kText},
       kDecimalWanted,
       [](InstrumentSettings& s, const Values& v) { return set_decimal(s.contract.size, v[0]); }},
      {"instrument",
       "settlement_asset",
       {kText},
       "text in quotes, such as \"USDT\"",
       [](InstrumentSettings& s, const Values& v) { return s.settlement_asset = v[0], Result<void>(); }},
      {"instrument",
       "initial_base",
       {kText},
       kDecimalWanted,
       [](InstrumentSettings& s, const Values& v) { return set_not_negative(s.initial_base, v[0]); }},
  };
}

std::vector<InstrumentKey> account_part_keys() {
  std::vector<InstrumentKey> keys = fee_keys();
  keys.push_back({"margin", "leverage", {kInteger}, "a whole number", set_leverage});
  keys.push_back({"margin", "brackets", {kTexts}, "a list of texts, such as [\"0 0.004 125\"]", set_brackets});
  keys.push_back({"margin", "liquidation_fee", {kText}, kDecimalWanted, [](InstrumentSettings& s, const Values& v) {
                    return set_rate(s.margin.liquidation_fee, v[0]);
                  }});
  keys.push_back({"margin", "mark", {kText}, "text in quotes", set_mark_source});
  keys.push_back({"funding", "source", {kText}, "text in quotes", set_funding_source});
  keys.push_back({"funding", "file", {kText}, "text in quotes", [](InstrumentSettings& s, const Values& v) {
                    return s.funding_file = v[0], Result<void>();
                  }});
  return keys;
}

std::vector<RunKey> account_run_keys() { return {{"account", "kind", {kText}, "text in quotes", set_account_kind}}; }

}  // namespace acts::cli
