"""Documentation (journal, plans, inquiries, decisions): read by the client it is about, who says whether it is right.

Social services document what they do and decide (SoL 14:3), should keep the client informed of it, and note it when
the client holds something to be wrong (14:6); a party may see the material of the own case (förvaltningslagen 10 §),
but for what is secret even toward them (OSL 10:3, 26:5). Versions never change: an objection, an answer and a
correction are new rows beside what was written (förvaltningslagen 27 §).
"""
