#include "acts/market/instrument.hpp"

#include <gtest/gtest.h>

namespace acts {
namespace {

Instrument with_steps(Decimal tick, Decimal lot) {
  Instrument instrument;
  instrument.tick_size = tick;
  instrument.lot_size = lot;
  return instrument;
}

TEST(Instrument, TakesItsScalesFromTickAndLotSize) {
  // As venues write them: "0.01000000", "0.00001000".
  EXPECT_EQ(with_steps({1'000'000, 8}, {1'000, 8}).scales(), (Scales{2, 5}));
  EXPECT_EQ(with_steps({1, 8}, {1, 0}).scales(), (Scales{8, 0}));
  EXPECT_EQ(with_steps({10, 0}, {100, 1}).scales(), (Scales{0, 0}));
  EXPECT_EQ(with_steps({25, 2}, {5, 1}).scales(), (Scales{2, 1}));
}

TEST(Instrument, HasScalesWithoutRules) {
  EXPECT_EQ(Instrument{}.scales(), (Scales{0, 0}));
  EXPECT_EQ(with_steps({0, 8}, {0, 8}).scales(), (Scales{0, 0}));
}

}  // namespace
}  // namespace acts
