// Any bytes as a log and, behind the first NUL NUL, as its index, replayed into minute rows, and into hourly ones with
// every feature: the end is reached, unless the clock steps so often that there are too many rows, and every row has
// all its columns.
#include <cstdlib>
#include <string>
#include <string_view>

#include "acts/base/assert.hpp"
#include "acts/features/interval_feature.hpp"
#include "acts/features/row.hpp"

#include "live/replay.hpp"

namespace {

acts::RecordingInput::Open in_memory(std::string_view bytes) {
  return [bytes] { return acts::Result<std::unique_ptr<acts::ByteSource>>(acts::read_from_memory(bytes)); };
}

acts::IntervalFeatures every_feature() {
  using namespace std::chrono_literals;
  return acts::IntervalFeatures::make({.interval = 1h, .names = {"all"}, .levels = {1, 1000}, .horizons = {1h, 24h}})
      .value();
}

// A step of the clock is a day of rows that are all alike, and a line can be one: a whole step is followed, not twenty.
constexpr int kMostTexts = 200;
constexpr int kMostRows = 2'000;

struct Enough {};

void replay_into_rows(acts::RecordingReader reader, const acts::ReplayOptions& options) {
  using namespace acts;
  std::string text;
  int rows = 0;
  const Replay* made = nullptr;
  Replay replay(
      options,
      [&](MinuteRow&& row) {
        if (++rows > kMostRows) throw Enough{};
        if (rows > kMostTexts) return;
        text.clear();
        append_csv(text, made->pipeline().schema(), row);
        append_json(text, made->pipeline().schema(), row);
      },
      [](const std::string& problem) { ACTS_ASSERT(!problem.empty()); });
  made = &replay;
  try {
    const Result<void> done = replay.run(reader);  // not of a recording that is another venue's
    ACTS_ASSERT(done || done.error().code != ErrorCode::kStorage);
    ACTS_ASSERT(!replay.summary().empty());
  } catch (const Enough&) {
    ACTS_ASSERT(rows > kMostRows);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace acts;
  using namespace std::string_view_literals;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t split = input.find("\0\0"sv);
  for (const Venue venue : {Venue::kBinanceSpot, Venue::kBinanceUsdm}) {
    RecordingInput file{"f", in_memory(input.substr(0, split)), "i", {}};
    if (split != std::string_view::npos) file.index = in_memory(input.substr(split + 2));
    ReplayOptions options;
    options.venue = venue;
    replay_into_rows(RecordingReader({file}), options);
    static const IntervalFeatures kEvery = every_feature();
    options.features = kEvery;
    replay_into_rows(RecordingReader({file}), options);
  }
  return 0;
}
