// Watches one symbol's depth stream: silence that is long for its pace is checked by REST, and only a stream that REST
// shows to have moved on without us is frozen. A quiet symbol is not dead.
#pragma once

#include <cstdint>
#include <optional>

#include "acts/base/time.hpp"
#include "acts/market/events.hpp"

#include "collector/options.hpp"

namespace acts::collector {

class SymbolWatch {
 public:
  enum class Verdict : std::uint8_t {
    kNothing,
    kProbe,   // ask REST for the symbol's update id, then on_probe() or on_probe_failed()
    kFrozen,  // REST is past the stream, which has not followed: said once for each proof
  };

  // The stream is subscribed on a connection that serves it; it is watched from now on.
  void on_open(UnixNanos now);
  void on_lost();
  void on_update(UnixNanos now);

  // ours: the id up to which the stream has told the book; negative before the first.
  Verdict check(UpdateId ours, UnixNanos now, const Timings& timings);
  void on_probe(UpdateId rest, UpdateId ours, UnixNanos now, const Timings& timings);
  void on_probe_failed(UnixNanos now, const Timings& timings);
  // Whatever was awaited is awaited as much longer.
  void grant(Nanos longer);

  // The silence after which it asks.
  [[nodiscard]] Nanos patience(const Timings& timings) const;
  [[nodiscard]] bool has_data() const { return has_data_; }

 private:
  void wait(UnixNanos now, const Timings& timings);

  bool open_ = false;
  bool has_data_ = false;  // since on_open()
  bool probing_ = false;
  std::uint32_t intervals_ = 0;     // measured, over the run
  std::uint32_t quiet_probes_ = 0;  // in a row that found nothing new
  Nanos mean_{0};
  UnixNanos last_;  // update, or opening
  UnixNanos ask_at_{INT64_MIN};
  std::optional<UpdateId> reference_;  // what REST said when we knew no id
  std::optional<UpdateId> target_;     // the stream must reach it by deadline_
  UnixNanos deadline_;
};

}  // namespace acts::collector
