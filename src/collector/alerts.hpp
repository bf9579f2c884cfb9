// Which of the things that hold now need a person, and when to say so: each once when it has held for long enough,
// again while it lasts, and once when it is over. Pure: it is handed what holds and the time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/base/time.hpp"

namespace acts::collector {

// What holds now.
struct AlertCondition {
  std::string key;      // what it is: "no_data", "disk_nearly_full", ...; a closed list in code
  std::string subject;  // whose it is: "binance-spot BTCUSDT", a sink, a directory
  std::string text;     // one line, without a final full stop
  Nanos holds_for{0};   // it is said once it has held for so long
  bool begins = true;   // false: nobody can tell now; an alert that was said is not over, and none begins
};

struct Alert {
  enum class Status : std::uint8_t { kFiring, kStillFiring, kResolved };
  Status status = Status::kFiring;
  std::string key;
  std::string subject;
  std::string text;  // of a resolved one: what was said last
  UnixNanos since;   // when the condition began to hold
  UnixNanos at;
  friend bool operator==(const Alert&, const Alert&) = default;
};
// "firing", "still_firing", "resolved".
std::string_view to_string(Alert::Status status) noexcept;

class AlertBook {
 public:
  // A condition that comes and goes is one alert until it has been away for so long.
  static constexpr Nanos kSettled = std::chrono::seconds{30};

  // One that lasts is said again every `repeat_every`.
  explicit AlertBook(Nanos repeat_every) : repeat_every_(repeat_every) {}

  // About once a second, with all that holds. `now` does not go back. What is to be said, in the order of keys.
  std::vector<Alert> observe(const std::vector<AlertCondition>& holding, UnixNanos now);
  [[nodiscard]] std::size_t firing() const;

 private:
  struct Known {
    std::string text;
    UnixNanos since;
    UnixNanos seen;       // when it held last
    UnixNanos last_said;  // if it was
    bool is_said = false;
  };

  Nanos repeat_every_;
  std::map<std::pair<std::string, std::string>, Known> known_;  // by key and subject
};

}  // namespace acts::collector
