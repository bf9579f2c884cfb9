#include "acts/base/split_mix.hpp"

#include <gtest/gtest.h>

namespace acts {
namespace {

// The reference implementation's first numbers.
TEST(SplitMix, GivesTheNumbersOfItsReference) {
  SplitMix random(1234567);
  for (const std::uint64_t expected : {6457827717110365317U, 3203168211198807973U, 9817491932198370423U,
                                       4593380528125082431U, 16408922859458223821U}) {
    EXPECT_EQ(random.next(), expected);
  }
}

}  // namespace
}  // namespace acts
