#include "history/export/npy_header.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace acts::history {
namespace {

using ::testing::HasSubstr;

const std::string kText =
    "{'descr': [('ev', '<u8'), ('exch_ts', '<i8'), ('local_ts', '<i8'), ('px', '<f8'), ('qty', '<f8'), "
    "('order_id', '<u8'), ('ival', '<i8'), ('fval', '<f8')], 'fortran_order': False, 'shape': (3,), }";

// Version 1.0.
std::string headed(const std::string& text) {
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(text.size() & 0xFFU);
  header += static_cast<char>(text.size() >> 8U);
  return header + text;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

TEST(NpyHeader, IsThatOfNumpy) {
  const std::string header = npy_header(3);
  EXPECT_EQ(header.size() % 64, 0U);
  EXPECT_EQ(header.substr(10, kText.size()), kText);
  EXPECT_EQ(header.back(), '\n');
  EXPECT_EQ(header.find_first_not_of(' ', 10 + kText.size()), header.size() - 1);
  EXPECT_EQ(npy_header_bytes(header.substr(0, 12)), header.size());
}

TEST(NpyHeader, IsReadBackWhateverTheCount) {
  for (const std::uint64_t count : {0ULL, 1ULL, 9ULL, 10ULL, 491'973ULL, 999'999'999'999ULL}) {
    EXPECT_EQ(parse_npy_header(npy_header(count)), count);
  }
}

TEST(NpyHeader, TakesWhatPythonWritesAsWell) {
  EXPECT_EQ(parse_npy_header(headed(kText)), 3U) << "without padding";
  EXPECT_EQ(parse_npy_header(headed(replaced(kText, "'<u8'", "\"<u8\""))), 3U);
  EXPECT_EQ(parse_npy_header(headed(replaced(kText, "False", "True"))), 3U) << "a flat array has one order";
  const std::string text = kText;
  std::string second("\x93NUMPY\x02\x00", 8);
  second += static_cast<char>(text.size() & 0xFFU);
  second += static_cast<char>(text.size() >> 8U);
  second += std::string(2, '\0');
  EXPECT_EQ(parse_npy_header(second + text), 3U);
}

TEST(NpyHeader, RefusesOtherArraysAndSaysWhy) {
  const auto why = [](const std::string& header) {
    const auto parsed = parse_npy_header(header);
    return parsed ? "taken" : parsed.error().message;
  };
  EXPECT_THAT(why("PK\x03\x04"), HasSubstr("no .npy file"));
  EXPECT_THAT(why(""), HasSubstr("no .npy file"));
  EXPECT_THAT(why(headed("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 6), }")), HasSubstr("hftbacktest 1"));
  EXPECT_THAT(why(headed(replaced(kText, "'px', '<f8'", "'px', '<f4'"))), HasSubstr("field 4 is not px of type <f8"));
  EXPECT_THAT(why(headed(replaced(kText, "(3,)", "(3, 2)"))), HasSubstr("not flat"));
  EXPECT_THAT(why(headed(replaced(kText, "(3,)", "(-3,)"))), HasSubstr("not flat"));
  EXPECT_THAT(why(headed(replaced(kText, "(3,)", "(18446744073709551615,)"))), HasSubstr("longer than any file"));
  EXPECT_THAT(why(headed(replaced(kText, ", ('fval', '<f8')", ""))), HasSubstr("lacks fields"));
  EXPECT_THAT(why(headed(replaced(kText, "'shape': (3,), ", ""))), HasSubstr("does not say all"));
  EXPECT_THAT(why(headed(kText + "x")), HasSubstr("cannot be read"));
  EXPECT_THAT(why(headed(kText).substr(0, 50)), HasSubstr("no .npy file")) << "cut";
}

}  // namespace
}  // namespace acts::history
