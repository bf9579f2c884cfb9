// Lines of a command on standard error beside those of the log.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <chrono>

#include "cli/command.hpp"
#include "integration/unread_log.hpp"

namespace acts::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

// Each waited for a second.
TEST(Complaints, WaitForTheLogOnceWhereNobodyReadsIt) {
  acts::testing::UnreadLog log;
  spdlog::info("logged");
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) complain("unread");
  EXPECT_FALSE(wait_for_log());
  EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
  EXPECT_THAT(log.read(), HasSubstr("info logged\n"));
  EXPECT_TRUE(wait_for_log());
  ::testing::internal::CaptureStderr();
  complain("read");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "acts: read\n");
}

}  // namespace
}  // namespace acts::cli
