#include "cli/problems.hpp"

#include <gtest/gtest.h>

namespace acts::cli {
namespace {

// "1 places of these files are damaged".
TEST(Problems, CountOnePlaceAsOne) {
  EXPECT_EQ(counted_places(1), "1 place");
  EXPECT_EQ(counted_places(0), "0 places");
  EXPECT_EQ(counted_places(2), "2 places");
}

}  // namespace
}  // namespace acts::cli
