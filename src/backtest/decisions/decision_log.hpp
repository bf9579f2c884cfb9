// The decision log of a run: a header with what the strategy wants to be told, then its calls and what it asked for in
// each, then how many there were. Exact, a few bytes a call, written and read as a stream: memory is bounded however
// long the run is.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "acts/base/result.hpp"
#include "acts/strategy/strategy.hpp"

#include "backtest/decisions/byte_form.hpp"
#include "backtest/decisions/decision.hpp"
#include "recording/byte_source.hpp"

namespace acts::backtest {

// In a run's folder.
inline constexpr std::string_view kDecisionLogName = "decisions.log";

class DecisionLogWriter final : public DecisionListener {
 public:
  // `sink`: is handed the bytes, in pieces.
  DecisionLogWriter(const Wants& wants, std::move_only_function<void(std::string_view)> sink);
  void on_call(const ToldCall& call) override;
  void on_decision(const Decision& decision) override;
  // Hands over what it holds. `is_whole`: with the end mark, without which a reader says that the run was broken off.
  void finish(bool is_whole);

 private:
  void hand_over();

  std::move_only_function<void(std::string_view)> sink_;
  ByteWriter bytes_;
  UnixNanos last_ = {};
  std::uint64_t calls_ = 0;
};

struct DecisionLogEnd {
  std::uint64_t calls = 0;
};
using DecisionRecord = std::variant<ToldCall, Decision, DecisionLogEnd>;

class DecisionLogReader {
 public:
  // Errors: the source's; kBadInput: it is no decision log, or of another form.
  static Result<std::unique_ptr<DecisionLogReader>> open(std::unique_ptr<ByteSource> source);

  [[nodiscard]] const Wants& wants() const { return wants_; }
  // The next record, which stays the next one until it is taken. Behind the end is the end. Errors, which are final:
  // the source's; kBadInput: what stands there is no record, or the log ends without its end.
  Result<const DecisionRecord*> peek();
  void take() { has_record_ = has_record_ && std::holds_alternative<DecisionLogEnd>(record_); }
  // Of the last call that was read; from 1.
  [[nodiscard]] std::uint64_t calls() const { return calls_; }

 private:
  explicit DecisionLogReader(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}
  // As many bytes as there are, up to `wanted`, from position_ on.
  Result<std::string_view> fill(std::size_t wanted);
  Result<void> read_header();
  Result<DecisionRecord> read_record();
  Decision read_decision(ByteReader& in, DecisionKind kind) const;
  std::unexpected<Error> amiss(std::string_view what) const;

  std::unique_ptr<ByteSource> source_;
  std::string buffer_;
  std::size_t position_ = 0;
  bool is_at_end_ = false;
  Wants wants_;
  bool has_record_ = false;
  DecisionRecord record_;
  UnixNanos last_ = {};
  std::uint64_t calls_ = 0;
};

// A log in a file. Errors: kUsage: it is not there; as open().
Result<std::unique_ptr<DecisionLogReader>> open_decision_log(const std::string& path);

}  // namespace acts::backtest
