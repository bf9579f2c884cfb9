// Where a profit comes from: an exact split that sums to the change of equity to the last unit. With v(q, p) what a
// position q is worth at p (contract_value.hpp: q p on spot), of each fill at p of q (bought above 0, sold below) with
// the middle of the best prices at m:
//   spread      sum of v(q, m) - v(q, p): what was earned by trading on the better side of the middle, or paid for
//               crossing it
//   inventory   what the position gained while the middle moved, from each fill to the next and to the last mark
//   fees        what was received less what was paid
//   funding     what was received less what was paid
// total = spread + inventory + fees + funding. Of the inventory a part is told by horizon h:
//   adverse selection(h)   sum of v(q, m_h) - v(q, m), m_h the middle h after the fill: below 0, fills came before the
//                          market went on against them
// so total = spread + adverse(h) + the rest of the inventory + fees + funding too. Fees in the base asset are taken at
// m. In the asset that is settled in; what of inverse contracts is rounded at a fill is in its spread.
// Not thread-safe. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "report/run/run_rows.hpp"
#include "report/statistics/contract_value.hpp"
#include "report/statistics/exact.hpp"

namespace acts::report {

// Of each: none if it takes more digits than exact numbers have; adverse selection: if no fill's middle is known then.
struct LedgerLines {
  std::optional<Decimal> total = Decimal{};  // change of equity
  std::optional<Decimal> spread = Decimal{};
  std::optional<Decimal> inventory = Decimal{};
  std::optional<Decimal> fees = Decimal{};
  std::optional<Decimal> funding = Decimal{};
  // total less all of these: 0, or the files contradict each other.
  std::optional<Decimal> unexplained = Decimal{};
  struct Adverse {
    std::optional<Decimal> money = Decimal{};
    std::optional<Decimal> rest = Decimal{};  // inventory - money
    std::uint64_t fills = 0;                  // whose middle is known then
  };
  std::array<Adverse, kHorizons> adverse = {};
  std::uint64_t fills = 0;
  std::uint64_t fills_without_middle = 0;  // whose own price was taken for it
};

LedgerLines operator+(const LedgerLines& a, const LedgerLines& b);

// Of one instrument.
class Ledger {
 public:
  // The first sample: nothing was filled before it that is told to on_fill(), nor is in it. Without terms it is taken
  // for spot; where fills or positions are worth something else, spread and inventory are not known.
  Ledger(const EquityRow& first, const std::optional<ContractTerms>& terms);

  // In their order. `marks`: none, the run did not measure them.
  void on_fill(const FillRow& fill, const MarksRow* marks);
  // With the last sample.
  [[nodiscard]] LedgerLines lines(const EquityRow& last) const;
  [[nodiscard]] const std::optional<Decimal>& position() const { return position_.value(); }

 private:
  void move_to(const Decimal& middle);
  [[nodiscard]] std::optional<Decimal> value_at(const std::optional<Decimal>& position, const Decimal& price) const;
  [[nodiscard]] std::optional<Decimal> gain(const std::optional<Decimal>& position, const Decimal& from,
                                            const Decimal& to) const;

  EquityRow first_;
  ContractTerms terms_;
  bool is_guess_;     // the terms,
  bool fits_ = true;  // and whether all that came may be of them
  ExactSum position_;
  std::optional<Decimal> middle_;  // up to which inventory_ counts
  ExactSum spread_;
  ExactSum inventory_;
  ExactSum fees_;
  std::array<ExactSum, kHorizons> adverse_;
  std::array<std::uint64_t, kHorizons> marked_{};
  std::uint64_t fills_ = 0;
  std::uint64_t without_middle_ = 0;
};

}  // namespace acts::report
