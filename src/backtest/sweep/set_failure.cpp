#include "backtest/sweep/set_failure.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "history/canonical_json.hpp"

namespace acts::backtest {
namespace {

constexpr std::size_t kMostFailureBytes = 500;

unsigned code_of(char byte) { return static_cast<unsigned char>(byte); }

}  // namespace

std::unexpected<Error> of_set(std::size_t number, const Error& error) {
  return fail(error.code, fmt::format("parameter set {}: {}", number, error.message));
}

std::string failure_line(std::string_view message) {
  constexpr std::string_view kCut = "...";
  const bool is_cut = message.size() > kMostFailureBytes;
  std::size_t size = is_cut ? kMostFailureBytes - kCut.size() : message.size();
  // Not within a character.
  while (is_cut && size > 0 && (code_of(message[size]) & 0xc0U) == 0x80U) --size;
  std::string line(message.substr(0, size));
  std::ranges::replace_if(line, [](char byte) { return code_of(byte) < 0x20U || code_of(byte) == 0x7fU; }, ' ');
  if (!history::is_utf8(line)) std::ranges::replace_if(line, [](char byte) { return code_of(byte) >= 0x80U; }, '?');
  if (is_cut) return line += kCut;
  while (line.ends_with(' ')) line.pop_back();
  return line.empty() ? "it failed without a word" : line;
}

}  // namespace acts::backtest
