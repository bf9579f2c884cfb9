// How long property tests run: ACTS_TEST_ROUNDS=100 makes each of them try a hundred times as many seeds.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace acts::test {

inline std::uint64_t rounds() {
  const char* const text = std::getenv("ACTS_TEST_ROUNDS");
  if (text == nullptr) return 1;
  const std::string_view digits(text);
  std::uint64_t rounds = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), rounds);
  return error == std::errc{} && end == digits.data() + digits.size() && rounds > 0 ? rounds : 1;
}

}  // namespace acts::test
