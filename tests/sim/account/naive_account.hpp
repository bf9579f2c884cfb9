// What an account comes to, in fractions that are never rounded, as the formulas of docs/backtest.md stand there: no
// incremental sums, no scaled integers, nothing clever. Everything is worked out anew from the list of what happened.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>

#include <cstdint>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/market/order.hpp"

#include "sim/account/account.hpp"

namespace acts::sim::test {

using Fraction = boost::multiprecision::cpp_rational;

Fraction fraction(int128 value);
Fraction fraction(const Decimal& value);

struct NaiveFill {
  std::size_t instrument = 0;
  bool is_buy = true;
  bool is_maker = false;
  bool is_first = true;
  bool is_liquidation = false;
  Fraction price;
  Fraction quantity;
  std::int64_t day = 0;  // since 1970 UTC
};

struct NaiveFunding {
  std::size_t instrument = 0;
  std::size_t after_fills = 0;
  Fraction rate;
  Fraction mark;
};

struct NaiveOrder {
  std::uint64_t id = 0;
  std::size_t instrument = 0;
  bool is_buy = true;
  Fraction price;
  Fraction left;
};

class NaiveAccount {
 public:
  explicit NaiveAccount(const AccountModel& model) : marks(model.instruments.size()), model_(model) {}

  [[nodiscard]] Fraction position(std::size_t instrument, std::size_t after_fills = SIZE_MAX) const;
  [[nodiscard]] Fraction cash(std::size_t instrument) const;
  // Settlement asset, whatever it is paid in, without what a loss has been borne of.
  [[nodiscard]] Fraction fee(std::size_t instrument) const;
  [[nodiscard]] Fraction base_fee(std::size_t instrument) const;
  [[nodiscard]] Fraction funding(std::size_t instrument) const;
  [[nodiscard]] Fraction fee_of(std::size_t fill) const;  // settlement asset
  [[nodiscard]] Fraction value(std::size_t instrument, const Fraction& quantity, const Fraction& price) const;
  [[nodiscard]] Fraction equity_of(std::size_t instrument, const Fraction& mark) const;
  [[nodiscard]] Fraction equity() const;
  [[nodiscard]] Fraction initial_margin() const;
  [[nodiscard]] Fraction maintenance_margin() const;
  // What is left after all that orders may need; kSpot.
  [[nodiscard]] Fraction free_settlement() const;
  [[nodiscard]] Fraction free_base(std::size_t instrument) const;
  // By how much there is more than an order needs; below 0: it must be refused. Nothing needed: a large number.
  [[nodiscard]] Fraction spare(const NaiveOrder& order) const;

  std::vector<NaiveFill> fills;
  std::vector<NaiveFunding> fundings;
  std::vector<NaiveOrder> orders;
  std::vector<Fraction> marks;  // by instrument; 0: not known
  Fraction borne = 0;

 private:
  [[nodiscard]] const AccountInstrument& of(std::size_t instrument) const { return model_.instruments[instrument]; }
  [[nodiscard]] Fraction rate_of(const NaiveFill& fill, std::size_t index) const;
  [[nodiscard]] Fraction besides(std::size_t instrument, const Fraction& quantity, bool is_first) const;
  [[nodiscard]] Fraction most_rate(std::size_t instrument, bool is_buy) const;
  [[nodiscard]] Fraction held_for(const NaiveOrder& order) const;
  [[nodiscard]] Fraction initial_of(std::size_t instrument, const NaiveOrder* besides_all, std::uint64_t without) const;

  AccountModel model_;
};

}  // namespace acts::sim::test
