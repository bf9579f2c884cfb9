// What a defect of ours ends with.
#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "acts/base/assert.hpp"

#include "cli/command.hpp"

namespace acts::cli {
namespace {

using Defect = testing::Test;

// Ended by SIGABRT: 134.
TEST(Defect, EndsWithItsExitCode) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        install_defect_handlers();
        ACTS_ASSERT(1 == 2);
      },
      testing::ExitedWithCode(kExitDefect), "acts: broken invariant: 1 == 2 \\(.*defect_test.cpp:");
}

TEST(Defect, IsAnExceptionOnAnyThread) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        install_defect_handlers();
        std::thread([] { throw std::runtime_error("told"); }).join();
      },
      testing::ExitedWithCode(kExitDefect), "^acts: a defect of acts: told; please report it");
}

}  // namespace
}  // namespace acts::cli
