// What a REST interface answers for the days that the archive has not published: rows that follow each other, each in
// its day, or a refusal that changes nothing.
#include "acts/base/assert.hpp"

#include "history/archive/rest_tail.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  using namespace acts;
  using namespace acts::history::archive;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const Day from = std::chrono::sys_days{std::chrono::year{2017} / 7 / 2};
  for (const Series& series :
       {Series{Market::kSpot, "klines", "BTCUSDT", "1h"}, Series{Market::kSpot, "aggTrades", "X", ""},
        Series{Market::kUsdm, "aggTrades", "X", ""}}) {
    RestTail tail(series, from, UnixNanos{1'900'000'000'000'000'000});
    const auto target = tail.request().target;
    const auto rows = tail.on_answer(text);
    if (!rows) {
      ACTS_ASSERT(rows.error().code == ErrorCode::kBadInput && !rows.error().message.contains('\n'));
      ACTS_ASSERT(!tail.done() && tail.request().target == target && tail.rows() == 0 && tail.holes().empty());
      continue;
    }
    ACTS_ASSERT(tail.rows() == rows->size() && rows->size() <= RestTail::kLimit);
    for (std::size_t i = 0; i < rows->size(); ++i) {
      ACTS_ASSERT(!(*rows)[i].line.contains('\n') && (i == 0 || (*rows)[i - 1].day <= (*rows)[i].day));
    }
  }
  return 0;
}
