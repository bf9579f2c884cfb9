// Any two recordings of a symbol's messages, in windows: each message is fed once, not before it was received, and a
// stream that only one of them has keeps its order.
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "acts/base/assert.hpp"

#include "recording/merge_order.hpp"

using namespace acts;

namespace {

struct Line {
  std::string json;
  bool is_answer = false;
};

class Two {
 public:
  // What a byte says: whose line it is, which message of which stream, how it was used, and when.
  void line(std::uint8_t what, std::uint8_t when) {
    const std::size_t source = what & 1;
    const bool is_answer = (what & 6) == 6;
    const int stream = (what >> 1) & 3;
    const int number = (what >> 3) & 15;
    times_[source] = times_[source] + Nanos{when & 7};
    const LineUse use = (what & 128) == 0 ? LineUse::kTaken : (when & 128) == 0 ? LineUse::kHeld : LineUse::kRepeated;
    Line line{"{\"stream\":\"s" + std::to_string(stream) + "\",\"id\":" + std::to_string(number) + "}", is_answer};
    order_.add(source, line.json, line.is_answer, times_[source], use,
               (when & 8) == 0 ? std::optional<std::int64_t>() : number);
    lines_[{line.json, line.is_answer}].insert(source);
    window_.push_back(std::move(line));
  }

  void end_window() {
    order_.settle();
    for (const Line& line : window_) {
      MergedMessage* message = order_.find(line.json, line.is_answer);
      ACTS_ASSERT(message != nullptr && message->fed >= message->first);
      ACTS_ASSERT(message->first == std::min(message->received[0], message->received[1]) || message->is_written);
      ACTS_ASSERT(!message->waits || message->is_taken);
      message->is_written = true;
    }
    window_.clear();
    order_.next_window();
  }

  void finish() {
    end_window();
    order_.finish();
    ACTS_ASSERT(order_.both() + order_.only(0) + order_.only(1) >= lines_.size());
    for (const auto& [line, sources] : lines_) {
      if (sources.size() == 2) continue;
      ACTS_ASSERT(order_.only(*sources.begin()) > 0);
    }
  }

 private:
  MergeOrder order_;
  std::array<UnixNanos, 2> times_{UnixNanos{1'000}, UnixNanos{1'000}};
  std::vector<Line> window_;
  std::map<std::pair<std::string, bool>, std::set<std::size_t>> lines_;
};

// One recording alone is what it was.
void check_alone(const std::uint8_t* data, std::size_t size) {
  MergeOrder order;
  std::vector<std::string> texts;
  UnixNanos time{0};
  for (std::size_t i = 0; i < size; ++i) {
    time = time + Nanos{data[i] & 3};
    texts.push_back("{\"e\":\"x\",\"n\":" + std::to_string(i) + "}");
    order.add(0, texts.back(), false, time, LineUse::kTaken);
  }
  order.settle();
  std::uint64_t rank = 0;
  for (const std::string& text : texts) {
    const MergedMessage* message = order.find(text, false);
    ACTS_ASSERT(message != nullptr && !message->waits && message->fed == message->first && message->rank > rank);
    rank = message->rank;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Two two;
  for (std::size_t i = 0; i + 1 < size; i += 2) {
    two.line(data[i], data[i + 1]);
    if ((data[i + 1] & 0x78) == 0x78) two.end_window();
  }
  two.finish();
  check_alone(data, size);
  return 0;
}
