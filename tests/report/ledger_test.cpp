#include "report/statistics/ledger.hpp"

#include <gtest/gtest.h>

#include <random>

#include "report/statistics/closed_trades.hpp"
#include "report/statistics/contract_value.hpp"
#include "report/statistics/exact.hpp"
#include "report/statistics/order_flow.hpp"

namespace acts::report {
namespace {

constexpr ContractTerms kSpot;

Decimal d(std::string_view text) { return parse_decimal(text).value(); }
std::string text(const std::optional<Decimal>& value) { return value ? to_string(*value) : "unknown"; }

FillRow fill_of(bool is_buy, std::string_view price, std::string_view quantity, std::string_view fee = "0",
                std::string_view middle = "") {
  FillRow fill{.is_buy = is_buy, .price = d(price), .quantity = d(quantity), .fee = d(fee)};
  if (!middle.empty()) fill.mid_price = d(middle);
  fill.value = product(fill.price, fill.quantity);
  return fill;
}

TEST(Exact, AddsAndMultipliesWithoutRounding) {
  EXPECT_EQ(text(sum(d("0.1"), d("0.2"))), "0.3");
  EXPECT_EQ(text(product(d("0.00000001"), d("123456789.12345678"))), "1.2345678912345678");
  EXPECT_EQ(text(difference(d("1"), d("1.000000000000000001"))), "-0.000000000000000001");
  EXPECT_EQ(product(d("0.0000000001"), d("0.000000001")), std::nullopt) << "19 decimals";
  EXPECT_EQ(product(d("0.0000000010"), d("0.000000001")).has_value(), true) << "18 without the zero behind";
  EXPECT_EQ(product(d("99999999999999999999"), d("99999999999999999999")), std::nullopt);
  EXPECT_EQ(sum(d("99999999999999999999999999999999999999"), d("0.1")), std::nullopt);
}

TEST(Exact, KnowsNothingMoreOnceATermIsUnknown) {
  ExactSum total;
  total.add(d("1"));
  total.add(std::nullopt);
  total.add(d("1"));
  EXPECT_EQ(total.value(), std::nullopt);
}

// Bought at 99 with the middle at 100, sold at 103 with it at 102; 0.5 kept while it goes to 101.
TEST(Ledger, SplitsAProfitByItsCauses) {
  EquityRow first{.instrument = "X", .mark_price = d("100"), .cash = d("1000"), .equity = d("1000")};
  Ledger ledger(first, kSpot);
  const MarksRow marks{.fill_number = 0, .mid_price = {d("99.5"), d("101"), {}, {}}};
  ledger.on_fill(fill_of(true, "99", "1", "0.1", "100"), &marks);
  ledger.on_fill(fill_of(false, "103", "0.5", "-0.02", "102"), nullptr);
  EquityRow last{.instrument = "X",
                 .mark_price = d("101"),
                 .position = d("0.5"),
                 .cash = d("952.5"),
                 .fee = d("0.08"),
                 .funding = d("-0.3")};
  last.equity = d("1002.62");  // 952.5 + 0.5 * 101 - 0.08 - 0.3
  const LedgerLines lines = ledger.lines(last);
  EXPECT_EQ(text(lines.total), "2.62");
  EXPECT_EQ(text(lines.spread), "1.5");     // 1 * (100 - 99) - 0.5 * (102 - 103)
  EXPECT_EQ(text(lines.inventory), "1.5");  // 1 * (102 - 100) + 0.5 * (101 - 102)
  EXPECT_EQ(text(lines.fees), "-0.08");
  EXPECT_EQ(text(lines.funding), "-0.3");
  EXPECT_EQ(text(lines.unexplained), "0");
  EXPECT_EQ(text(lines.adverse[0].money), "-0.5");
  EXPECT_EQ(text(lines.adverse[0].rest), "2");
  EXPECT_EQ(text(lines.adverse[1].money), "1");
  EXPECT_EQ(lines.adverse[1].fills, 1U);
  EXPECT_EQ(lines.adverse[2].fills, 0U);
}

// Over bars no middle is known after a fill: it was told as 0.
TEST(Ledger, KnowsNoAdverseSelectionWhereNothingWasMarked) {
  const EquityRow first{.instrument = "X", .mark_price = d("100")};
  const EquityRow last{.mark_price = d("101"), .position = d("1"), .cash = d("-99"), .equity = d("2")};
  const MarksRow unknown{.fill_number = 1};
  const MarksRow known{.fill_number = 1, .mid_price = {d("103"), {}, {}, {}}};
  const auto lines_with = [&](const MarksRow* marks) {
    Ledger ledger(first, kSpot);
    ledger.on_fill(fill_of(true, "99", "1", "0", "100"), marks);
    return ledger.lines(last);
  };
  for (const MarksRow* const marks : {static_cast<const MarksRow*>(nullptr), &unknown}) {
    EXPECT_EQ(text(lines_with(marks).adverse[0].money), "unknown");
    EXPECT_EQ(text(lines_with(marks).adverse[0].rest), "unknown");
    EXPECT_EQ(text(lines_with(marks).inventory), "1");
  }
  EXPECT_EQ(text(Ledger(first, kSpot).lines(first).adverse[0].money), "0") << "nothing was filled";
  for (const LedgerLines& both :
       {lines_with(&known) + lines_with(&unknown), lines_with(&unknown) + lines_with(&known)}) {
    EXPECT_EQ(text(both.adverse[0].money), "3") << "of fills whose middle is known";
    EXPECT_EQ(text(both.adverse[0].rest), "-1");
    EXPECT_EQ(text(both.adverse[1].money), "unknown");
  }
}

// Bought 1 at 99 with the middle at 100, 0.01 of it kept as a fee; the middle goes to 110.
TEST(Ledger, TakesFeesInTheBaseAssetAtTheMiddle) {
  EquityRow first{.mark_price = d("100"), .cash = d("1000"), .equity = d("1000")};
  Ledger ledger(first, kSpot);
  FillRow fill = fill_of(true, "99", "1", "0", "100");
  fill.base_fee = d("0.01");
  ledger.on_fill(fill, nullptr);
  const EquityRow last{
      .mark_price = d("110"), .position = d("0.99"), .cash = d("901"), .equity = d("1009.9")};  // 901 + 0.99 * 110
  const LedgerLines lines = ledger.lines(last);
  EXPECT_EQ(text(lines.spread), "1");
  EXPECT_EQ(text(lines.fees), "-1");
  EXPECT_EQ(text(lines.inventory), "9.9");
  EXPECT_EQ(text(lines.unexplained), "0");
  EXPECT_EQ(text(ledger.position()), "0.99");
}

// Ten contracts of 100 USD bought at 8000 with the middle at 8001, which goes to 10000: paid in bitcoin.
TEST(Ledger, SplitsAProfitOfInverseContracts) {
  const ContractTerms hundred{.is_inverse = true, .size = {100, 0}};
  const EquityRow first{.mark_price = d("10000"), .cash = d("1"), .equity = d("1")};
  Ledger ledger(first, hundred);
  FillRow fill = fill_of(true, "8000", "10", "0.001", "8001");
  fill.value = d("0.125");
  const MarksRow marks{.fill_number = 1, .mid_price = {d("8000"), {}, {}, {}}};
  ledger.on_fill(fill, &marks);
  const EquityRow last{.mark_price = d("10000"),
                       .position = d("10"),
                       .cash = d("1.125"),
                       .fee = d("0.001"),
                       .equity = d("1.024"),
                       .position_value = d("-0.1")};
  const LedgerLines lines = ledger.lines(last);
  EXPECT_EQ(text(lines.total), "0.024");
  EXPECT_EQ(text(lines.fees), "-0.001");
  EXPECT_EQ(text(lines.spread), "0.00001562304711911");  // 0.125 - 1000 / 8001, rounded down
  EXPECT_EQ(text(lines.inventory), "0.02498437695288089");
  EXPECT_EQ(text(lines.unexplained), "0");
  EXPECT_EQ(text(lines.adverse[0].money), "-0.00001562304711911") << "below 0: it fell after it was bought";
}

// What is rounded of each amount, as the engine rounds it, does not come back as something unexplained.
TEST(Ledger, SumsToTheLastUnitOfContractsOfAnyKind) {
  std::mt19937_64 dice(11);
  const auto number = [&dice](std::int64_t low, std::int64_t high, int scale) {
    return Decimal{low + static_cast<std::int64_t>(dice() % static_cast<std::uint64_t>(high - low + 1)), scale};
  };
  for (int run = 0; run < 300; ++run) {
    const ContractTerms terms{.is_inverse = run % 3 != 0, .size = number(1, 1000, run % 2)};
    EquityRow row{.mark_price = number(1'000'000, 9'000'000, 2), .cash = number(-1'000'000, 1'000'000, 8)};
    const auto value_row = [&row, &terms] {
      row.position_value = value_of(terms, row.position, *row.mark_price);
      row.equity = sum(row.cash, row.position_value.value()).value();
    };
    row.position = number(-500, 500, 0);
    value_row();
    Ledger ledger(row, terms);
    for (int i = 0; i < 30; ++i) {
      FillRow fill{.is_buy = dice() % 2 == 0,
                   .price = number(1'000'000, 9'000'000, 2),
                   .quantity = number(1, 500, 0),
                   .mid_price = number(1'000'000, 9'000'000, 3)};
      const Decimal signed_quantity = fill.is_buy ? fill.quantity : negated(fill.quantity);
      // A trade brings the opposite of what the position bought is worth at its price, rounded down likewise.
      const Decimal cash = value_of(terms, negated(signed_quantity), fill.price).value();
      fill.value = cash.units < 0 ? negated(cash) : cash;
      ledger.on_fill(fill, nullptr);
      row.cash = sum(row.cash, cash).value();
      row.position = sum(row.position, signed_quantity).value();
    }
    row.mark_price = number(1'000'000, 9'000'000, 3);
    value_row();
    const LedgerLines lines = ledger.lines(row);
    ASSERT_EQ(text(lines.unexplained), "0") << "run " << run;
    ASSERT_TRUE(lines.spread && lines.inventory);
  }
}

// It was taken for spot, and what did not fit came out as unexplained.
TEST(Ledger, KnowsNoPartsOfAContractThatIsNotTold) {
  const EquityRow first{.mark_price = d("100"), .position_value = d("0")};
  FillRow fill = fill_of(true, "100", "2", "0", "100");
  fill.value = d("20");
  Ledger of_fill(first, std::nullopt);
  of_fill.on_fill(fill, nullptr);
  const EquityRow last{.mark_price = d("110"), .position = d("2"), .equity = d("2"), .position_value = d("22")};
  EXPECT_EQ(text(of_fill.lines(last).spread), "unknown");
  EXPECT_EQ(text(of_fill.lines(last).total), "2");
  EXPECT_EQ(text(Ledger(first, std::nullopt).lines(last).inventory), "unknown") << "the position is not worth that";
  Ledger told(first, ContractTerms{.is_inverse = false, .size = d("0.1")});
  told.on_fill(fill, nullptr);
  EXPECT_EQ(text(told.lines(last).inventory), "2");
  EXPECT_EQ(text(told.lines(last).unexplained), "0");
}

// 100 USD a contract, bought at 8 and sold at 10: of both the value is price x quantity, and yet they are not linear.
TEST(ClosedTrades, TakeTheRunsWordForInverseContracts) {
  ClosedTrades trades(ContractTerms{.is_inverse = true, .size = {100, 0}});
  EXPECT_FALSE(trades.on_fill(fill_of(true, "8", "1")));
  FillRow sold = fill_of(false, "10", "1");
  sold.realised = d("2.5");
  EXPECT_EQ(text(trades.on_fill(sold)->gross), "2.5");
  ClosedTrades sized(ContractTerms{.is_inverse = false, .size = d("0.1")});
  EXPECT_FALSE(sized.on_fill(fill_of(true, "8", "1")));
  EXPECT_EQ(text(sized.on_fill(fill_of(false, "10", "1"))->gross), "0.2");
}

TEST(ContractValue, ReadsTermsAndValuesPositions) {
  const auto inverse = parse_contract("inverse(100)");
  ASSERT_TRUE(inverse);
  EXPECT_EQ(text(value_of(*inverse, d("3"), d("7000"))), "-0.042857142857142858") << "towards minus infinity";
  EXPECT_EQ(text(value_of(*inverse, d("-3"), d("7000"))), "0.042857142857142857");
  EXPECT_EQ(value_of(*inverse, d("3"), d("0")), std::nullopt);
  EXPECT_EQ(value_of(*inverse, d("99999999999999999999"), d("1")), std::nullopt) << "beyond 38 digits";
  const auto linear = parse_contract("linear(0.001)");
  ASSERT_TRUE(linear);
  EXPECT_EQ(text(value_of(*linear, d("-5"), d("60000.5"))), "-300.0025");
  for (const char* const none : {"", "linear", "linear()", "linear(0)", "inverse(-1)", "inverse(1", "quanto(1)"}) {
    EXPECT_FALSE(parse_contract(none)) << none;
  }
}

TEST(Ledger, SaysWhatItCannotExplain) {
  EquityRow first{.mark_price = d("100")};
  const Ledger ledger(first, kSpot);
  const EquityRow last{.mark_price = d("100"), .cash = d("7"), .equity = d("7")};
  EXPECT_EQ(text(ledger.lines(last).unexplained), "7");
}

// A run of any fills, begun with any position: the parts sum to the change of equity to the last unit.
TEST(Ledger, SumsToTheLastUnit) {
  std::mt19937_64 dice(7);
  const auto number = [&dice](std::int64_t low, std::int64_t high, int scale) {
    return Decimal{low + static_cast<std::int64_t>(dice() % static_cast<std::uint64_t>(high - low + 1)), scale};
  };
  for (int run = 0; run < 300; ++run) {
    const auto equity_of = [](EquityRow& row) {
      ExactSum equity;
      equity.add(row.cash);
      equity.add(product(row.position, *row.mark_price));
      equity.subtract(row.fee);
      equity.add(row.funding);
      row.equity = equity.value().value();
    };
    EquityRow row{.mark_price = number(1'000'000, 9'000'000, 5),
                  .position = number(-5000, 5000, 3),
                  .cash = number(-1'000'000, 1'000'000, 8)};
    equity_of(row);
    Ledger ledger(row, kSpot);
    const int fills = static_cast<int>(dice() % 40);
    for (int i = 0; i < fills; ++i) {
      FillRow fill{.is_buy = dice() % 2 == 0,
                   .price = number(1'000'000, 9'000'000, 5),
                   .quantity = number(1, 5000, 3),
                   .fee = number(-1'000'000, 1'000'000, 9),
                   .mid_price = dice() % 5 == 0 ? std::nullopt : std::optional(number(1'000'000, 9'000'000, 6))};
      fill.value = product(fill.price, fill.quantity);
      MarksRow marks{.fill_number = 0, .mid_price = {}};
      for (auto& mid : marks.mid_price) {
        if (dice() % 3 != 0) mid = number(1'000'000, 9'000'000, 6);
      }
      ledger.on_fill(fill, dice() % 4 == 0 ? nullptr : &marks);
      const Decimal value = fill.value.value();
      row.cash = (fill.is_buy ? difference(row.cash, value) : sum(row.cash, value)).value();
      row.position = (fill.is_buy ? sum(row.position, fill.quantity) : difference(row.position, fill.quantity)).value();
      row.fee = sum(row.fee, fill.fee).value();
    }
    row.mark_price = number(1'000'000, 9'000'000, 6);
    row.funding = number(-1'000'000, 1'000'000, 9);
    equity_of(row);
    const LedgerLines lines = ledger.lines(row);
    ASSERT_EQ(text(lines.unexplained), "0") << "run " << run;
    ASSERT_EQ(text(ledger.position()), to_string(row.position));
    for (const LedgerLines::Adverse& adverse : lines.adverse) {
      ASSERT_EQ(adverse.money.has_value(), fills == 0 || adverse.fills > 0) << "run " << run;
      if (!adverse.money) continue;
      ExactSum parts;
      for (const auto& part : {lines.spread, adverse.money, adverse.rest, lines.fees, lines.funding}) parts.add(part);
      ASSERT_EQ(text(parts.value()), text(lines.total)) << "run " << run;
    }
    const LedgerLines twice = lines + lines;
    ASSERT_EQ(text(twice.unexplained), "0");
  }
}

TEST(ClosedTrades, ClosesWhatWasOpenedFirst) {
  ClosedTrades trades({});
  EXPECT_FALSE(trades.on_fill(fill_of(true, "100", "1", "0.5")));
  EXPECT_FALSE(trades.on_fill(fill_of(true, "110", "1", "0.5")));
  const auto first = trades.on_fill(fill_of(false, "120", "1.5", "0.3"));
  ASSERT_TRUE(first);
  EXPECT_EQ(text(first->gross), "25");  // 20 + 0.5 * 10
  EXPECT_NEAR(first->profit, 25 - 0.75 - 0.3, 1e-12);
  // Turns the position around: closes half a unit and opens one.
  const auto second = trades.on_fill(fill_of(false, "100", "1.5", "0.3"));
  ASSERT_TRUE(second);
  EXPECT_EQ(text(second->gross), "-5");
  const auto third = trades.on_fill(fill_of(true, "90", "1"));
  ASSERT_TRUE(third);
  EXPECT_EQ(text(third->gross), "10");
  EXPECT_FALSE(trades.on_fill(fill_of(true, "90", "1")));
}

// A sale of what was there from the start counted as a short sale.
TEST(ClosedTrades, BeginsWithWhatIsHeldAtTheFirstSample) {
  ClosedTrades trades({});
  EquityRow first;
  first.mark_price = parse_decimal("100.5").value();
  first.position = parse_decimal("1").value();
  trades.begin(first);
  const auto sold = trades.on_fill(fill_of(false, "99", "0.5"));
  ASSERT_TRUE(sold);
  EXPECT_EQ(text(sold->gross), "-0.75");
  EXPECT_FALSE(trades.on_fill(fill_of(true, "90", "1"))) << "what is bought closes nothing";
}

OrderRow event_of(OrderEvent event, std::int64_t millis, std::string reason = "") {
  return {.time = from_unix_millis(millis),
          .instrument = "X",
          .order_id = "7",
          .event = event,
          .reason = std::move(reason),
          .received = from_unix_millis(millis + 5)};
}

TEST(OrderFlow, TellsTimesAndReasonsOfOrdersWhoseIdComesAgain) {
  OrderFlow flow;
  flow.on_order(event_of(OrderEvent::kSubmitted, 0));
  flow.on_order(event_of(OrderEvent::kAccepted, 20));
  flow.on_order(event_of(OrderEvent::kPartiallyFilled, 100));
  flow.on_order(event_of(OrderEvent::kFilled, 300));
  flow.on_order(event_of(OrderEvent::kSubmitted, 400));
  flow.on_order(event_of(OrderEvent::kRejected, 430, "would_cross"));
  flow.on_order(event_of(OrderEvent::kSubmitted, 500));
  flow.on_order(event_of(OrderEvent::kAccepted, 510));
  flow.on_order(event_of(OrderEvent::kRejected, 590, "too_late"));  // a cancel: the order goes on
  flow.on_order(event_of(OrderEvent::kCancelled, 600));
  EXPECT_EQ(flow.count(OrderEvent::kSubmitted), 3U);
  EXPECT_EQ(flow.accepted_orders(), 2U);
  EXPECT_EQ(flow.filled_orders(), 1U);
  EXPECT_EQ(flow.answer_times().values(), (std::vector<double>{0.025, 0.035, 0.015})) << "with the way back";
  EXPECT_EQ(flow.queue_times().values(), (std::vector<double>{0.08}));
  EXPECT_EQ(flow.rejects(), (std::map<std::string, std::uint64_t>{{"too_late", 1}, {"would_cross", 1}}));
  EXPECT_EQ(flow.rejected_orders(), 1U);
}

// It is accepted and filled in one answer, which is a fill.
TEST(OrderFlow, CountsATakersFillAsTheAnswer) {
  OrderFlow flow;
  flow.on_order(event_of(OrderEvent::kSubmitted, 0));
  flow.on_order(event_of(OrderEvent::kPartiallyFilled, 10));
  flow.on_order(event_of(OrderEvent::kFilled, 10));
  EXPECT_EQ(flow.answer_times().values(), (std::vector<double>{0.015}));
}

// It was the time at the venue: without the answer's way.
TEST(OrderFlow, KnowsNoTimeToAnAnswerOfARunThatDoesNotTellWhenItWasReceived) {
  OrderFlow flow;
  for (const auto& [event, millis] : {std::pair{OrderEvent::kSubmitted, 0}, std::pair{OrderEvent::kAccepted, 20}}) {
    OrderRow row = event_of(event, millis);
    row.received.reset();
    flow.on_order(row);
  }
  EXPECT_EQ(flow.accepted_orders(), 1U);
  EXPECT_TRUE(flow.answer_times().values().empty());
}

}  // namespace
}  // namespace acts::report
