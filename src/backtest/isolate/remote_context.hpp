// The context of a strategy that runs in another process than its run: each question goes over the link. Not
// thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "acts/strategy/strategy.hpp"

#include "backtest/features/told_features.hpp"
#include "backtest/isolate/message_link.hpp"
#include "backtest/isolate/protocol.hpp"

namespace acts::backtest {

// Thrown through the strategy: the run is gone, or what it says is not to be understood.
struct LinkLost {};

class RemoteContext final : public StrategyContext {
 public:
  // `link` outlives this.
  explicit RemoteContext(MessageLink& link) : link_(&link) {}

  // Before each call of the strategy.
  void begin_call(UnixNanos now) { now_ = now; }
  // Of a run that begins.
  void set_instruments(std::vector<HostedInstrument> instruments);
  // As ToldFeatures::keep(). Of an instrument that there is (asserted).
  FeatureValues keep(const FeatureValues& told);

  [[nodiscard]] UnixNanos now() const override { return now_; }
  [[nodiscard]] std::size_t instrument_count() const override { return instruments_.size(); }
  [[nodiscard]] const Instrument& instrument(InstrumentId id) const override { return at(id).told.info; }
  [[nodiscard]] Scales scales(InstrumentId id) const override { return at(id).told.scales; }
  [[nodiscard]] Price tick(InstrumentId id) const override { return at(id).told.tick; }
  [[nodiscard]] Quantity lot(InstrumentId id) const override { return at(id).told.lot; }
  [[nodiscard]] const BookView& book(InstrumentId id) const override;
  [[nodiscard]] std::optional<Trade> last_trade(InstrumentId id) const override;
  [[nodiscard]] std::optional<FundingRate> funding_rate(InstrumentId id) const override;
  // All that was told is here: nothing is asked.
  [[nodiscard]] std::optional<FeatureValues> features(InstrumentId id) const override { return told_features_.of(id); }
  [[nodiscard]] const Position& position(InstrumentId id) const override;
  [[nodiscard]] double position_value(InstrumentId id) const override;
  [[nodiscard]] std::span<const OpenOrder> open_orders(InstrumentId id) const override;
  ClientOrderId place(const NewOrder& order) override;
  OcoIds place_oco(const NewOrder& first, const NewOrder& second) override;
  bool modify(const ModifyOrder& change) override;
  bool cancel(ClientOrderId id) override;
  void set_timer(TimerId id, UnixNanos at) override;
  void stop_timer(TimerId id) override;

 private:
  class RemoteBook final : public BookView {
   public:
    RemoteBook(const RemoteContext& context, InstrumentId id) : context_(&context), id_(id) {}
    [[nodiscard]] Scales scales() const override;
    [[nodiscard]] std::optional<Level> best(Side side) const override;
    std::size_t levels(Side side, std::span<Level> out) const override;
    [[nodiscard]] Quantity quantity_at(Side side, Price price) const override;
    [[nodiscard]] bool covers(Side side, Price price) const override;

   private:
    const RemoteContext* context_;
    InstrumentId id_;
  };
  // What was asked for last stays here as long as the strategy may look at it.
  struct Hosted {
    HostedInstrument told;
    RemoteBook book;
    Position position = {};
    std::vector<OpenOrder> open = {};
  };

  [[nodiscard]] Hosted& at(InstrumentId id) const;
  [[nodiscard]] ByteWriter& begin_ask(AskKind kind) const;
  [[nodiscard]] ByteWriter& begin_ask(AskKind kind, InstrumentId id) const;
  void send() const;
  // The answer to what was asked, read by `read(ByteReader&)`.
  template <typename Read>
  auto answer(Read&& read) const;

  MessageLink* link_;
  UnixNanos now_;
  std::vector<std::unique_ptr<Hosted>> instruments_;
  ToldFeatures told_features_;
  mutable ByteWriter out_;
};

}  // namespace acts::backtest
