"""What it means: explanations, the glossary, prompts, the grounding check, the extractive explainer."""
