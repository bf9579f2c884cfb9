// Any bytes as funding: times that grow, each paid once, or one line that says what is wrong.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "acts/base/assert.hpp"

#include "backtest/funding_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace acts;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto book = backtest::read_funding(read_from_memory(text), "f.csv");
  if (!book) {
    ACTS_ASSERT(book.error().message.starts_with("f.csv:") && !book.error().message.contains('\n'));
    return 0;
  }
  UnixNanos last{0};
  while (const auto due = book->take(book->next())) {
    ACTS_ASSERT(due->at > last && due->at == book->last()->at);
    ACTS_ASSERT(!due->mark || due->mark->units > 0);
    last = due->at;
  }
  ACTS_ASSERT(book->next() == sim::FundingBook::kNever);
  return 0;
}
