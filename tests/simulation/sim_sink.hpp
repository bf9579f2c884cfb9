// A remote database in memory, which is down, slow, loses its answers, stores a part of what it is sent, refuses rows;
// and what carries rows to it: SinkFeeder's steps at simulated times, with the same Delivery and Outbox.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "acts/base/time.hpp"

#include "exchange/random.hpp"
#include "store/delivery.hpp"
#include "store/outbox.hpp"
#include "store/sinks/sink.hpp"

namespace acts::sim {

class SimSink final : public Sink {
 public:
  struct Trouble {
    bool down = false;
    std::int64_t fails_one_in = 0;  // writes: nothing, a part or all is stored, and no answer comes; 0: none
    Nanos slow{0};                  // a call takes up to so much
  };
  struct Counts {
    std::uint64_t writes = 0;
    std::uint64_t unanswered = 0;  // that stored something, and whose answer was lost
    std::uint64_t refused = 0;     // rows
  };

  // `refuses_one_in`: rows that it will not take; 0: none. `names_rows`: it says which, or refuses the whole.
  SimSink(std::uint64_t seed, std::int64_t refuses_one_in, bool names_rows)
      : random_(seed), refuses_one_in_(refuses_one_in), names_rows_(names_rows) {}

  void set(const Trouble& trouble) { trouble_ = trouble; }
  [[nodiscard]] Nanos takes();  // how long the next call does
  [[nodiscard]] bool refuses(const MinuteRow& row) const;
  // The first of these, as of a write whose sender was killed.
  void take_some(std::span<const MinuteRow> rows);

  Result<std::vector<std::string>> open(const RowSchema& schema) override;
  Result<std::vector<Refusal>> write(std::span<const MinuteRow> rows) override;
  Result<std::vector<MinuteRow>> read(const std::string& venue, const std::string& symbol) override;
  Result<void> remove(const std::string& venue, const std::string& symbol) override;
  [[nodiscard]] std::string target() const override { return "memory"; }

  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  using Key = std::tuple<std::string, std::string, UnixNanos>;
  std::size_t store(std::span<const MinuteRow> rows);

  exchange::Random random_;
  std::int64_t refuses_one_in_;
  bool names_rows_;
  Trouble trouble_;
  std::map<Key, MinuteRow> rows_;
  Counts counts_;
};

class SimFeeder {
 public:
  // `data_path`: of acts.db. `sink` outlives the object.
  SimFeeder(std::string data_path, std::string name, SimSink& sink, std::uint64_t seed);

  void begin_run();
  // The process ends, perhaps while rows are on their way.
  void crash();
  [[nodiscard]] UnixNanos next_deadline() const { return next_; }
  void work(UnixNanos now);
  // Nothing is on its way, and nothing lies behind the cursor.
  [[nodiscard]] bool has_all() const;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] SimSink& sink() { return sink_; }
  [[nodiscard]] std::uint64_t failures() const { return failures_ + (delivery_ ? delivery_->status().failures : 0); }

 private:
  void carry(Delivery::Connect connect);
  void carry(Delivery::Read read);
  void carry(Delivery::Send send);
  void carry(const Delivery::SetAside& aside);
  void carry(Delivery::Advance advance);
  void carry(Delivery::Wait wait);
  [[nodiscard]] Nanos clock() const { return now_ - UnixNanos{}; }

  std::string data_path_;
  std::string name_;
  SimSink& sink_;
  exchange::Random random_;
  std::optional<Delivery> delivery_;
  std::unique_ptr<Outbox> outbox_;
  OutboxBatch batch_;
  std::optional<Result<std::vector<Refusal>>> result_;  // of a write that is under way
  UnixNanos now_;
  UnixNanos next_;
  std::uint64_t failures_ = 0;  // of runs that are over
};

}  // namespace acts::sim
