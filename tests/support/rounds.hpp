// How long property tests run.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace acts::test {

// Rounds are divided by it. A sanitizer makes each of them many times as slow, and what it looks for shows in few.
#ifdef ACTS_SANITIZED
inline constexpr unsigned kFewerBy = 5;
#else
inline constexpr unsigned kFewerBy = 1;
#endif

// ACTS_TEST_ROUNDS=100 makes each property test try a hundred times as many seeds.
inline std::uint64_t rounds() {
  const char* const text = std::getenv("ACTS_TEST_ROUNDS");
  if (text == nullptr) return 1;
  const std::string_view digits(text);
  std::uint64_t rounds = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), rounds);
  return error == std::errc{} && end == digits.data() + digits.size() && rounds > 0 ? rounds : 1;
}

}  // namespace acts::test
