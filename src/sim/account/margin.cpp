#include "sim/account/margin.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "acts/base/assert.hpp"

namespace acts::sim {
namespace {

constexpr int kMostRateDecimals = 8;
constexpr Decimal kOne{1, 0};
constexpr Decimal kMostBound{1'000'000'000'000'000, 0};

bool is_rate(const Decimal& rate) {
  return rate.units >= 0 && rate < kOne && shortest(rate).scale <= kMostRateDecimals;
}

std::string_view next_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

}  // namespace

Result<MarginBracket> parse_margin_bracket(std::string_view text) {
  std::string_view left = text;
  const Result<Decimal> from = parse_decimal(next_word(left));
  const Result<Decimal> rate = parse_decimal(next_word(left));
  const std::string_view leverage = next_word(left);
  const std::string_view rest = next_word(left);
  MarginBracket bracket;
  const char* const end = leverage.data() + leverage.size();
  const auto [stop, error] = std::from_chars(leverage.data(), end, bracket.most_leverage);
  const bool is_leverage = leverage.empty() || (error == std::errc() && stop == end && bracket.most_leverage > 0 &&
                                                bracket.most_leverage <= MarginModel::kMostLeverage);
  if (!from || !rate || !is_leverage || !rest.empty() || from->units < 0 || *from > kMostBound || !is_rate(*rate)) {
    return fail(ErrorCode::kUsage, fmt::format("'{}': from which value on, its maintenance rate and, if there is one, "
                                               "the most leverage, such as \"50000 0.005 100\"",
                                               text));
  }
  bracket.from = *from;
  bracket.maintenance = *rate;
  return bracket;
}

Result<void> MarginModel::check() const {
  const auto refused = [](const std::string& why) { return fail(ErrorCode::kUsage, "[account]: " + why); };
  if (leverage < 1 || leverage > kMostLeverage) return refused(fmt::format("leverage is 1 ... {}", kMostLeverage));
  if (brackets.size() > kMostBrackets) return refused(fmt::format("more than {} brackets", kMostBrackets));
  if (!brackets.empty() && brackets.front().from.units != 0) return refused("the first bracket begins at 0");
  for (std::size_t i = 1; i < brackets.size(); ++i) {
    const bool is_growing =
        brackets[i].from > brackets[i - 1].from && brackets[i].maintenance >= brackets[i - 1].maintenance;
    if (!is_growing) return refused("brackets must grow, and their rates not fall");
  }
  if (!is_rate(liquidation_fee)) return refused("liquidation_fee is a rate of the value, 0 ... 1");
  return {};
}

MarginTerms::MarginTerms(const MarginModel& model, int scale) : liquidation_fee_(model.liquidation_fee) {
  for (const MarginBracket& bracket : model.brackets) {
    rate_scale_ = std::max(rate_scale_, shortest(bracket.maintenance).scale);
  }
  for (const MarginBracket& bracket : model.brackets) {
    MoneyMath math;
    const Decimal rate = shortest(bracket.maintenance);
    Bracket made{
        .from = math.scaled(bracket.from.units, scale - bracket.from.scale),
        .rate = static_cast<std::int64_t>(rate.units) * power_of_ten(rate_scale_ - rate.scale),
        .amount = 0,
        .leverage = bracket.most_leverage == 0 ? model.leverage : std::min(model.leverage, bracket.most_leverage)};
    if (!brackets_.empty()) {
      const Bracket& last = brackets_.back();
      made.amount = math.sum(last.amount, math.product(made.from, made.rate - last.rate));
    }
    if (math.has_overflown()) break;  // no position is worth so much
    brackets_.push_back(made);
  }
  if (brackets_.empty()) brackets_.push_back({.from = 0, .rate = 0, .amount = 0, .leverage = model.leverage});
}

const MarginTerms::Bracket& MarginTerms::bracket_of(int128 notional) const {
  const auto above = std::ranges::upper_bound(brackets_, notional, {}, &Bracket::from);
  return above == brackets_.begin() ? brackets_.front() : *(above - 1);
}

int128 MarginTerms::initial(int128 notional) const { return ceil_ratio(notional, bracket_of(notional).leverage); }

int128 MarginTerms::maintenance(MoneyMath& math, int128 notional) const {
  const Bracket& bracket = bracket_of(notional);
  if (bracket.rate == 0) return 0;
  return ceil_ratio(math.sum(math.product(notional, bracket.rate), -bracket.amount), power_of_ten(rate_scale_));
}

}  // namespace acts::sim
