#include "binance/answer_owners.hpp"

#include <algorithm>
#include <utility>

namespace acts::binance {

AnswerOwners::Seen& AnswerOwners::seen(std::string_view symbol) {
  auto known = symbols_.find(symbol);
  if (known == symbols_.end()) known = symbols_.emplace(std::string(symbol), Seen{}).first;
  known->second.file = file_;
  return known->second;
}

void AnswerOwners::on_message(std::string_view symbol) { seen(symbol); }

void AnswerOwners::on_ids(std::string_view symbol, UpdateId from, UpdateId to) {
  Seen& known = seen(symbol);
  if (from > to) return;  // a message that the book will refuse
  known.from = known.has_ids ? std::min(known.from, from) : from;
  known.to = known.has_ids ? std::max(known.to, to) : to;
  known.has_ids = true;
}

void AnswerOwners::on_answer(Answer answer) {
  held_bytes_ += answer.json.size();
  held_.push_back(std::move(answer));
  while (held_.size() > kMaxHeld || held_bytes_ > kMaxHeldBytes) give_up_oldest();
}

void AnswerOwners::give_up_oldest() {
  held_bytes_ -= held_.front().json.size();
  held_.front().symbol = sole_symbol();
  ready_.push_back(std::move(held_.front()));
  held_.erase(held_.begin());
}

std::string AnswerOwners::bracketing(UpdateId id) const {
  std::string owner;
  for (const auto& [symbol, known] : symbols_) {
    if (known.file != file_ || !known.has_ids || id < known.from || id > known.to) continue;
    if (!owner.empty()) return {};  // the ids of two symbols of the file meet: it cannot be told
    owner = symbol;
  }
  return owner;
}

std::string AnswerOwners::sole_symbol() const {
  std::string sole;
  for (const auto& [symbol, known] : symbols_) {
    if (known.file != file_) continue;
    if (!sole.empty()) return {};
    sole = symbol;
  }
  return sole;
}

void AnswerOwners::end_file() {
  while (!held_.empty()) give_up_oldest();
  ++file_;
}

std::vector<AnswerOwners::Answer> AnswerOwners::take() {
  std::vector<Answer> taken = std::exchange(ready_, {});
  std::vector<Answer> rest;
  for (Answer& answer : held_) {
    answer.symbol = bracketing(answer.id);
    if (!answer.symbol.empty()) held_bytes_ -= answer.json.size();
    (answer.symbol.empty() ? rest : taken).push_back(std::move(answer));
  }
  held_ = std::move(rest);
  return taken;
}

}  // namespace acts::binance
