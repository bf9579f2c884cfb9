#include "report/statistics/ledger.hpp"

namespace acts::report {
namespace {

using Money = std::optional<Decimal>;

Money exact_sum(const Money& a, const Money& b) { return a && b ? sum(*a, *b) : std::nullopt; }
Money exact_difference(const Money& a, const Money& b) { return a && b ? difference(*a, *b) : std::nullopt; }

// Nothing of it is known: fills, and no middle after any of them.
bool is_unmarked(const LedgerLines& lines, std::size_t horizon) {
  return lines.fills > 0 && lines.adverse[horizon].fills == 0;
}

// Of those whose middle is known then, of whichever.
Money adverse_of_both(const LedgerLines& a, const LedgerLines& b, std::size_t horizon) {
  if (is_unmarked(a, horizon) && b.adverse[horizon].fills > 0) return b.adverse[horizon].money;
  if (is_unmarked(b, horizon) && a.adverse[horizon].fills > 0) return a.adverse[horizon].money;
  return exact_sum(a.adverse[horizon].money, b.adverse[horizon].money);
}

}  // namespace

LedgerLines operator+(const LedgerLines& a, const LedgerLines& b) {
  LedgerLines both;
  both.total = exact_sum(a.total, b.total);
  both.spread = exact_sum(a.spread, b.spread);
  both.inventory = exact_sum(a.inventory, b.inventory);
  both.fees = exact_sum(a.fees, b.fees);
  both.funding = exact_sum(a.funding, b.funding);
  both.unexplained = exact_sum(a.unexplained, b.unexplained);
  for (std::size_t i = 0; i < kHorizons; ++i) {
    const Money money = adverse_of_both(a, b, i);
    both.adverse[i] = {.money = money,
                       .rest = exact_difference(both.inventory, money),
                       .fills = a.adverse[i].fills + b.adverse[i].fills};
  }
  both.fills = a.fills + b.fills;
  both.fills_without_middle = a.fills_without_middle + b.fills_without_middle;
  return both;
}

Ledger::Ledger(const EquityRow& first, const std::optional<ContractTerms>& terms)
    : first_(first), terms_(terms.value_or(ContractTerms{})), is_guess_(!terms), middle_(first.mark_price) {
  position_.add(first.position);
}

Money Ledger::value_at(const Money& position, const Decimal& price) const {
  return position ? value_of(terms_, *position, price) : std::nullopt;
}

Money Ledger::gain(const Money& position, const Decimal& from, const Decimal& to) const {
  return exact_difference(value_at(position, to), value_at(position, from));
}

void Ledger::move_to(const Decimal& middle) {
  // Without an earlier middle there was no position.
  if (middle_) inventory_.add(gain(position_.value(), *middle_, middle));
  middle_ = middle;
}

void Ledger::on_fill(const FillRow& fill, const MarksRow* marks) {
  const Decimal middle = fill.mid_price.value_or(fill.price);
  const Decimal quantity = fill.is_buy ? fill.quantity : negated(fill.quantity);
  ++fills_;
  fits_ = fits_ && (!is_guess_ || is_of_spot(fill.quantity, fill.price, fill.value));
  without_middle_ += fill.mid_price ? 0U : 1U;
  move_to(middle);
  // Differences of what whole positions are worth: so what is rounded of them cancels out from fill to fill.
  const Money before = value_at(position_.value(), middle);
  position_.add(quantity);
  const Money filled = value_at(position_.value(), middle);
  position_.subtract(fill.base_fee);
  const bool is_paid = fill.is_buy != terms_.is_inverse;
  spread_.add(exact_difference(filled, before));
  if (is_paid) {
    spread_.subtract(fill.value);
  } else {
    spread_.add(fill.value);
  }
  fees_.subtract(fill.fee);
  if (fill.base_fee.units != 0) fees_.add(exact_difference(value_at(position_.value(), middle), filled));
  for (std::size_t i = 0; marks != nullptr && i < kHorizons; ++i) {
    if (!marks->mid_price[i]) continue;
    ++marked_[i];
    adverse_[i].add(gain(quantity, middle, *marks->mid_price[i]));
  }
}

LedgerLines Ledger::lines(const EquityRow& last) const {
  Ledger closed = *this;
  if (last.mark_price) closed.move_to(*last.mark_price);
  LedgerLines lines;
  lines.total = difference(last.equity, first_.equity);
  lines.spread = spread_.value();
  lines.inventory = closed.inventory_.value();
  lines.fees = fees_.value();
  lines.funding = difference(last.funding, first_.funding);
  const auto is_valued = [this](const EquityRow& row) {
    return !row.mark_price || row.position_value == value_of(terms_, row.position, *row.mark_price);
  };
  if (!fits_ || (is_guess_ && (!is_valued(first_) || !is_valued(last)))) {
    lines.spread = std::nullopt;
    lines.inventory = std::nullopt;
  }
  lines.unexplained = lines.total;
  for (const Money* part : {&lines.spread, &lines.inventory, &lines.fees, &lines.funding}) {
    lines.unexplained = exact_difference(lines.unexplained, *part);
  }
  for (std::size_t i = 0; i < kHorizons; ++i) {
    const bool is_known = lines.inventory && (fills_ == 0 || marked_[i] > 0);
    const Money money = is_known ? adverse_[i].value() : std::nullopt;
    lines.adverse[i] = {.money = money, .rest = exact_difference(lines.inventory, money), .fills = marked_[i]};
  }
  lines.fills = fills_;
  lines.fills_without_middle = without_middle_;
  return lines;
}

}  // namespace acts::report
